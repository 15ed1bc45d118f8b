//! Answers for addresses: see ../README.md.
#![forbid(unsafe_code)]
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::headers::{ether_type, get16, protocol, put16, put32, sum, Headers};
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Mac, Refusal};

const MAC_LEN: usize = 6;
const HOPS: u8 = 64;

const ARP_LEN: usize = 28;
const ARP_REPLY: u16 = 2;
/// Which Ethernet address has an IPv4 address?
const ARP_REQUEST: [u8; 8] = [0, 1, 8, 0, 6, 4, 0, 1];

const ECHO_REQUEST: u16 = 8 << 8;
const ECHO_REPLY: u16 = 0;
const ECHO6_REQUEST: u16 = 128 << 8;
const ECHO6_REPLY: u16 = 129 << 8;
const SOLICITATION: u16 = 135 << 8;
const ADVERTISEMENT: u16 = 136 << 8;
const TARGET_LEN: usize = 24;
const OPTION_LEN: usize = 8;
/// Solicited, and to be believed.
const FLAGS: u32 = 0x6000_0000;

#[derive(Default)]
struct Responder {
    mac: Option<Mac>,
    addresses: Vec<IpAddr>,
    edges: u32,
    arp: u64,
    neighbour: u64,
    echo: u64,
    other: u64,
    malformed: u64,
}

impl Function for Responder {
    const NAME: &'static str = "responder";
    const USAGE: &'static str = "--mac MAC --address IP...";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "mac" => self.mac = Some(values.value()?.parse()?),
            "address" => self.addresses.push(values.value()?.parse()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        if self.mac.is_none() || self.addresses.is_empty() {
            return Err("say which MAC and addresses are to be answered for".into());
        }
        Ok(())
    }

    fn begin(&mut self, _now: Duration, edges: u32) {
        self.edges = edges;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let Some(headers) = Headers::parse(packet) else {
            self.malformed += 1;
            return None;
        };
        if self.answer(packet, &headers).is_some() {
            let Mac(mac) = self.mac.unwrap_or_default();
            packet.copy_within(MAC_LEN..2 * MAC_LEN, 0);
            packet[MAC_LEN..2 * MAC_LEN].copy_from_slice(&mac);
            return Some(0);
        }
        self.other += 1;
        (self.edges > 1).then_some(1)
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("arp", self.arp);
        counts.add("neighbour", self.neighbour);
        counts.add("echo", self.echo);
        counts.add("other", self.other);
        counts.add("malformed", self.malformed);
    }
}

/// Each answers in place, all but the Ethernet addresses, or leaves the packet as it is.
impl Responder {
    fn answer(&mut self, packet: &mut dyn Frame, headers: &Headers) -> Option<()> {
        let from_group = packet[MAC_LEN] & 1 != 0;
        if from_group {
            return None;
        }
        match headers.ether_type {
            ether_type::ARP => self.answer_arp(&mut packet[headers.network..]),
            ether_type::IPV4 => self.answer_echo4(packet, headers),
            ether_type::IPV6 => self.answer6(packet, headers),
            _ => None,
        }
    }

    fn is_ours<const LEN: usize>(&self, address: &[u8]) -> Option<()>
    where
        [u8; LEN]: Into<IpAddr>,
    {
        let address: [u8; LEN] = address.try_into().ok()?;
        self.addresses.contains(&address.into()).then_some(())
    }

    /// "Who has 10.0.0.1? Tell 10.0.0.2", for Ethernet and IPv4.
    fn answer_arp(&mut self, arp: &mut [u8]) -> Option<()> {
        if arp.len() < ARP_LEN || !arp.starts_with(&ARP_REQUEST) {
            return None;
        }
        self.is_ours::<4>(&arp[24..28])?;
        put16(arp, 6, ARP_REPLY);
        let (sender, target) = arp[8..28].split_at_mut(10);
        sender.swap_with_slice(target);
        sender[..MAC_LEN].copy_from_slice(&self.mac?.0);
        self.arp += 1;
        Some(())
    }

    /// The sums stay right: what changes are type and lifetime; it does not matter which address is first.
    fn answer_echo4(&mut self, packet: &mut [u8], headers: &Headers) -> Option<()> {
        let (ip, icmp) = (headers.network, headers.transport?);
        let is_plain = !headers.fragment && icmp - ip == 20;
        if headers.protocol != protocol::ICMP || !is_plain || get16(packet, icmp) != ECHO_REQUEST {
            return None;
        }
        self.is_ours::<4>(&packet[ip + 16..ip + 20])?;
        change16(packet, icmp + 2, icmp, ECHO_REPLY);
        let lifetime = u16::from_be_bytes([HOPS, protocol::ICMP]);
        change16(packet, ip + 10, ip + 8, lifetime);
        let (source, destination) = packet[ip + 12..ip + 20].split_at_mut(4);
        source.swap_with_slice(destination);
        self.echo += 1;
        Some(())
    }

    fn answer6(&mut self, packet: &mut dyn Frame, headers: &Headers) -> Option<()> {
        let (ip, icmp) = (headers.network, headers.transport?);
        if headers.protocol != protocol::ICMPV6 || headers.fragment || icmp - ip != 40 {
            return None;
        }
        match get16(packet, icmp) {
            ECHO6_REQUEST => self.answer_echo6(packet, ip, icmp),
            SOLICITATION => self.answer_neighbour(packet, headers, icmp),
            _ => None,
        }
    }

    fn answer_echo6(&mut self, packet: &mut [u8], ip: usize, icmp: usize) -> Option<()> {
        self.is_ours::<16>(&packet[ip + 24..ip + 40])?;
        change16(packet, icmp + 2, icmp, ECHO6_REPLY);
        packet[ip + 7] = HOPS;
        let (source, destination) = packet[ip + 8..ip + 40].split_at_mut(16);
        source.swap_with_slice(destination);
        self.echo += 1;
        Some(())
    }

    /// An answer says where we are if the question says where it is from: in one option (RFC 4861, 7.2.4).
    fn answer_neighbour(
        &mut self,
        packet: &mut dyn Frame,
        headers: &Headers,
        icmp: usize,
    ) -> Option<()> {
        let ip = headers.network;
        let len = headers.end - icmp;
        let from_nobody = packet[ip + 8..ip + 24] == [0; 16];
        if len < TARGET_LEN || packet[ip + 7] != 255 || from_nobody {
            return None;
        }
        self.is_ours::<16>(&packet[icmp + 8..icmp + 24])?;
        if sum_icmp6(&packet[ip..headers.end]) != 0 {
            return None;
        }
        let end = match len {
            _ if len < TARGET_LEN + OPTION_LEN => icmp + TARGET_LEN,
            _ => icmp + TARGET_LEN + OPTION_LEN,
        };
        packet.truncate(end);
        if let [kind, len, mac @ ..] = &mut packet[icmp + TARGET_LEN..] {
            (*kind, *len) = (2, 1);
            mac.copy_from_slice(&self.mac?.0);
        }
        packet.copy_within(ip + 8..ip + 24, ip + 24);
        packet.copy_within(icmp + 8..icmp + 24, ip + 8);
        put16(packet, ip + 4, (end - icmp) as u16);
        put16(packet, icmp, ADVERTISEMENT);
        put16(packet, icmp + 2, 0);
        put32(packet, icmp + 4, FLAGS);
        let sum = sum_icmp6(&packet[ip..]);
        put16(packet, icmp + 2, sum);
        self.neighbour += 1;
        Some(())
    }
}

/// Of an IPv6 packet that is ICMPv6 from its header on.
fn sum_icmp6(packet: &[u8]) -> u16 {
    let icmp = &packet[40..];
    let pseudo = icmp.len() as u64 + u64::from(protocol::ICMPV6);
    sum::finish(sum::add(sum::add(pseudo, &packet[8..40]), icmp))
}

/// Changes two bytes, and the sum that they are in.
fn change16(packet: &mut [u8], sum: usize, at: usize, value: u16) {
    let from = get16(packet, at).to_be_bytes();
    sum::change(packet, sum, &from, &value.to_be_bytes());
    put16(packet, at, value);
}

fn main() -> ExitCode {
    program::main::<Responder>()
}
