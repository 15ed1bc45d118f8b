//! What packets of a connection have in common, and who sent one of them.
use std::net::IpAddr;

use flash_nf::headers::{get16, protocol, Headers};

const ECHO_REPLY: u8 = 0;
const UNREACHABLE: u8 = 3;
const ECHO_REQUEST: u8 = 8;
const TIME_EXCEEDED: u8 = 11;
const BAD_PARAMETER: u8 = 12;
const UNREACHABLE6: u8 = 1;
const BAD_PARAMETER6: u8 = 4;
const ECHO6_REQUEST: u8 = 128;
const ECHO6_REPLY: u8 = 129;

const LEAST_PAYLOAD: usize = 8;
const FLAGS_AT: usize = 13;
pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const ACK: u8 = 16;

/// Of an echo the port of both ends is its id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct End {
    pub address: IpAddr,
    pub port: u16,
}

impl Default for End {
    fn default() -> Self {
        Self {
            address: [0; 4].into(),
            port: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Flow {
    /// [`protocol::ICMP`] for that of IPv6, too.
    pub protocol: u8,
    pub from: End,
    pub to: End,
}

impl Flow {
    pub fn turned(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
            ..self
        }
    }
}

/// What a packet is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// TCP, with its flags.
    Tcp(Flow, u8),
    /// UDP, or an echo, which may be a request.
    Other { flow: Flow, opens: bool },
    /// One of ICMP, about a packet of a flow.
    Error(Flow),
}

impl Kind {
    /// Nothing of fragments and other packets.
    pub fn of(packet: &[u8], headers: &Headers) -> Option<Self> {
        let at = headers.transport.filter(|_| !headers.fragment)?;
        let (ip, transport) = (&packet[headers.network..], &packet[at..headers.end]);
        let flow = || flow_of(ip, headers.version, headers.protocol, transport);
        match (headers.version, headers.protocol) {
            (_, protocol::TCP) => Some(Self::Tcp(flow(), transport[FLAGS_AT])),
            (_, protocol::UDP) => Some(Self::Other {
                flow: flow(),
                opens: true,
            }),
            (4, protocol::ICMP) | (6, protocol::ICMPV6) => {
                let kind = transport[0];
                if is_error(headers.version, kind) {
                    return inner_flow(&transport[8..], headers.version).map(Self::Error);
                }
                is_echo(headers.version, kind).then(|| Self::Other {
                    flow: flow(),
                    opens: matches!(kind, ECHO_REQUEST | ECHO6_REQUEST),
                })
            }
            _ => None,
        }
    }
}

fn is_echo(version: u8, kind: u8) -> bool {
    match version {
        4 => matches!(kind, ECHO_REQUEST | ECHO_REPLY),
        _ => matches!(kind, ECHO6_REQUEST | ECHO6_REPLY),
    }
}

fn is_error(version: u8, kind: u8) -> bool {
    match version {
        4 => matches!(kind, UNREACHABLE | TIME_EXCEEDED | BAD_PARAMETER),
        _ => matches!(kind, UNREACHABLE6..=BAD_PARAMETER6),
    }
}

/// What is known of a packet that an error has the beginning of, from its IP header on.
fn inner_flow(ip: &[u8], version: u8) -> Option<Flow> {
    if ip.first()? >> 4 != version {
        return None;
    }
    let (least, header_len, next) = match version {
        4 => (20, usize::from(ip[0] & 15) * 4, 9),
        _ => (40, 40, 6),
    };
    let is_whole = header_len >= least && ip.len() >= header_len + LEAST_PAYLOAD;
    if !is_whole || (version == 4 && get16(ip, 6) & 0x1fff != 0) {
        return None;
    }
    let transport = &ip[header_len..];
    let flow = flow_of(ip, version, ip[next], transport);
    match flow.protocol {
        protocol::TCP | protocol::UDP => Some(flow),
        protocol::ICMP if is_echo(version, transport[0]) => Some(flow),
        _ => None,
    }
}

/// Of what has eight bytes behind its header.
fn flow_of(ip: &[u8], version: u8, protocol: u8, transport: &[u8]) -> Flow {
    let (protocol, ports) = match protocol {
        protocol::ICMP | protocol::ICMPV6 => (protocol::ICMP, [4, 4]),
        _ => (protocol, [0, 2]),
    };
    let addresses = match version {
        4 => [12, 16].map(|at| IpAddr::from(bytes::<4>(ip, at))),
        _ => [8, 24].map(|at| IpAddr::from(bytes::<16>(ip, at))),
    };
    let end = |index: usize| End {
        address: addresses[index],
        port: get16(transport, ports[index]),
    };
    Flow {
        protocol,
        from: end(0),
        to: end(1),
    }
}

fn bytes<const LEN: usize>(ip: &[u8], at: usize) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes.copy_from_slice(&ip[at..at + LEN]);
    bytes
}

/// Where a packet of IP is sent to.
pub fn destination(packet: &[u8], headers: &Headers) -> IpAddr {
    let ip = &packet[headers.network..];
    match headers.version {
        4 => bytes::<4>(ip, 16).into(),
        _ => bytes::<16>(ip, 24).into(),
    }
}
