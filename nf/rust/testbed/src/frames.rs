//! Packets as they are on the wire.
use std::net::IpAddr;

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// Between stations 1 and 2, see [`crate::make_veth`]: from the second to the first.
pub fn ethernet(ether_type: u16, rest: &[u8]) -> Vec<u8> {
    let addresses = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    [&addresses, &ether_type.to_be_bytes()[..], rest].concat()
}

/// A frame with an IP packet of either version, with right sums.
pub fn ip(from: &str, to: &str, protocol: u8, rest: &[u8]) -> Vec<u8> {
    let len = rest.len() as u16;
    let mut frame = match (from.parse().unwrap(), to.parse().unwrap()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut ip = [&[0x45, 0][..], &(20 + len).to_be_bytes(), &[0; 4]].concat();
            ip.extend([64, protocol, 0, 0]);
            ip.extend([from.octets(), to.octets()].concat());
            ethernet(0x0800, &ip)
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let mut ip = [&[0x60, 0, 0, 0][..], &len.to_be_bytes()].concat();
            ip.extend([protocol, if protocol == ICMPV6 { 255 } else { 64 }]);
            ip.extend([from.octets(), to.octets()].concat());
            ethernet(0x86dd, &ip)
        }
        _ => panic!("{from} and {to} are of different versions"),
    };
    frame.extend(rest);
    fill_sums(&mut frame);
    frame
}

/// A datagram, which [`ip`] gives its sum.
pub fn udp(from: u16, to: u16, data: &[u8]) -> Vec<u8> {
    let len = 8 + data.len() as u16;
    [&words(&[from, to, len, 0]), data].concat()
}

/// A segment, which [`ip`] gives its sum.
pub fn tcp(from: u16, to: u16, flags: u8, data: &[u8]) -> Vec<u8> {
    let flags = 0x5000 | u16::from(flags);
    [&words(&[from, to, 0, 1, 0, 1, flags, 0x1000, 0, 0]), data].concat()
}

/// A message of either version of ICMP, which [`ip`] gives its sum.
pub fn icmp(kind: u8, id: u16, data: &[u8]) -> Vec<u8> {
    [&words(&[u16::from(kind) << 8, 0, id, 1]), data].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Where the sum of what is in an IP packet is, and whether the addresses are in it, too.
fn place_of_sum(protocol: u8) -> Option<(usize, bool)> {
    match protocol {
        ICMP => Some((2, false)),
        ICMPV6 => Some((2, true)),
        TCP => Some((16, true)),
        UDP => Some((6, true)),
        _ => None,
    }
}

/// Makes the sums of a plain IP packet right.
pub fn fill_sums(frame: &mut [u8]) {
    let len = ip_len(frame[14]);
    let (ip, rest) = frame[14..].split_at_mut(len);
    let is_v4 = ip[0] >> 4 == 4;
    if is_v4 {
        ip[10..12].fill(0);
        let sum = finish(add(0, ip));
        ip[10..12].copy_from_slice(&sum.to_be_bytes());
    }
    let protocol = if is_v4 { ip[9] } else { ip[6] };
    if let Some((at, _)) = place_of_sum(protocol).filter(|(at, _)| at + 2 <= rest.len()) {
        rest[at..at + 2].fill(0);
        let sum = match transport_sum(ip, rest) {
            0 if protocol == UDP => 0xffff,
            sum => sum,
        };
        rest[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }
}

/// Fails unless the sums of a plain IP packet are right, that of UDP may be missing.
pub fn expect_right_sums(frame: &[u8]) {
    let (ip, rest) = frame[14..].split_at(ip_len(frame[14]));
    let is_v4 = ip[0] >> 4 == 4;
    assert!(!is_v4 || finish(add(0, ip)) == 0, "IP: {frame:02x?}");
    let has_none = is_v4 && ip[9] == UDP && rest[6..8] == [0, 0];
    assert!(has_none || transport_sum(ip, rest) == 0, "{frame:02x?}");
}

fn ip_len(first: u8) -> usize {
    match first >> 4 {
        4 => usize::from(first & 15) * 4,
        _ => 40,
    }
}

/// Without padding.
fn transport_sum(ip: &[u8], rest: &[u8]) -> u16 {
    let (protocol, addresses, len) = match ip[0] >> 4 {
        4 => (ip[9], &ip[12..20], usize::from(word(ip, 2)) - ip.len()),
        _ => (ip[6], &ip[8..40], usize::from(word(ip, 4))),
    };
    let pseudo = match place_of_sum(protocol) {
        Some((_, true)) => add(len as u32 + u32::from(protocol), addresses),
        _ => 0,
    };
    finish(add(pseudo, &rest[..len]))
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn add(sum: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(2).fold(sum, |sum, pair| {
        sum + (u32::from(pair[0]) << 8) + u32::from(*pair.get(1).unwrap_or(&0))
    })
}

fn finish(sum: u32) -> u16 {
    let once = (sum & 0xffff) + (sum >> 16);
    !((once & 0xffff) + (once >> 16)) as u16
}
