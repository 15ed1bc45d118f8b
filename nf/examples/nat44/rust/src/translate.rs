//! What changes in a packet whose address is translated: see RFC 3022. Sums are changed, never computed.
use flash_nf::headers::{get16, protocol, sum};

/// Of an ICMP error, what it is about follows its header,
const ICMP_LEN: usize = 8;
const IP_LEN: usize = 20;
/// and has as much of what it carries.
const LEAST_PAYLOAD: usize = 8;
/// Of an inner packet what may change: the longest header of IP, and TCP up to its sum.
const MOST_CHANGED: usize = 60 + 18;

/// An end of a connection. Of ICMP the port is the id of a query.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct End {
    pub protocol: u8,
    pub address: [u8; 4],
    pub port: [u8; 2],
}

impl End {
    /// The source, or the destination, of TCP, UDP or a query of ICMP. At least eight bytes are behind the header.
    pub fn of(ip: &[u8], source: bool) -> Self {
        Self {
            protocol: ip[9],
            address: bytes(ip, address_at(source)),
            port: bytes(ip, port_at(ip, source)),
        }
    }
}

fn bytes<const LEN: usize>(ip: &[u8], at: usize) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes.copy_from_slice(&ip[at..at + LEN]);
    bytes
}

fn header_len(ip: &[u8]) -> usize {
    usize::from(ip[0] & 15) * 4
}

fn address_at(source: bool) -> usize {
    if source {
        12
    } else {
        16
    }
}

fn port_at(ip: &[u8], source: bool) -> usize {
    let place = match (ip[9], source) {
        (protocol::ICMP, _) => 4,
        (_, true) => 0,
        (_, false) => 2,
    };
    header_len(ip) + place
}

/// Where the sum of TCP, UDP or ICMP is, if it is there.
fn sum_at(ip: &[u8]) -> Option<usize> {
    let place = match ip[9] {
        protocol::TCP => 16,
        protocol::UDP => 6,
        _ => 2,
    };
    let at = header_len(ip) + place;
    (at + 2 <= ip.len()).then_some(at)
}

/// Replaces an address of IP alone.
pub fn replace_address(ip: &mut [u8], source: bool, by: [u8; 4]) {
    let at = address_at(source);
    let old: [u8; 4] = bytes(ip, at);
    sum::change(ip, 10, &old, &by);
    ip[at..at + 4].copy_from_slice(&by);
}

/// Replaces the source, or the destination, as [`End::of`] tells it.
pub fn replace(ip: &mut [u8], source: bool, by: &End) {
    let old = End::of(ip, source);
    replace_address(ip, source, by.address);
    let port = port_at(ip, source);
    ip[port..port + 2].copy_from_slice(&by.port);
    let Some(at) = sum_at(ip) else { return };
    let change = match old.protocol {
        protocol::UDP => sum::change_udp,
        _ => sum::change,
    };
    // That of ICMP says nothing of addresses.
    if old.protocol != protocol::ICMP {
        change(ip, at, &old.address, &by.address);
    }
    change(ip, at, &old.port, &by.port);
}

/// What an ICMP error is about, if enough of it is there.
pub fn inner(icmp: &[u8]) -> Option<&[u8]> {
    let ip = icmp.get(ICMP_LEN..)?;
    let is_whole = ip.len() >= IP_LEN + LEAST_PAYLOAD
        && ip[0] >> 4 == 4
        && header_len(ip) >= IP_LEN
        && ip.len() >= header_len(ip) + LEAST_PAYLOAD;
    (is_whole && get16(ip, 6) & 0x1fff == 0).then_some(ip)
}

/// As [`replace`] of what it is about, and keeps its own sum right.
pub fn replace_inner(icmp: &mut [u8], source: bool, by: &End) {
    let ip = &mut icmp[ICMP_LEN..];
    let changed = match ip.len() {
        len if len < MOST_CHANGED => len & !1,
        _ => MOST_CHANGED,
    };
    let mut before = [0; MOST_CHANGED];
    before[..changed].copy_from_slice(&ip[..changed]);
    replace(ip, source, by);
    let mut after = [0; MOST_CHANGED];
    after[..changed].copy_from_slice(&ip[..changed]);
    sum::change(icmp, 2, &before, &after);
}
