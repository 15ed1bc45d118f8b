use std::net::Ipv4Addr;
use std::time::Duration;

use flash_nf::headers::{get16, get32, protocol, Headers};
use program::{Mac, Network, Table};

use crate::translate::{self, inner, replace, replace_inner, End};

const MAC_LEN: usize = 6;

const ECHO_REPLY: u8 = 0;
const UNREACHABLE: u8 = 3;
const ECHO_REQUEST: u8 = 8;
const TIME_EXCEEDED: u8 = 11;
const BAD_PARAMETER: u8 = 12;

const FLAGS_AT: usize = 13;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;

/// RFC 5382, RFC 4787, RFC 5508
const TCP_IDLE: Duration = Duration::from_secs(7440);
const TCP_BRIEF: Duration = Duration::from_secs(240);
const UDP_IDLE: Duration = Duration::from_secs(300);
const ICMP_IDLE: Duration = Duration::from_secs(60);

/// Of an inside end, which is its key. Its place in the table is its port.
#[derive(Clone, Debug, Default)]
struct Mapping {
    mac: Mac,
    /// Of TCP, all three.
    answered: bool,
    established: bool,
    closing: bool,
}

impl Mapping {
    fn idle(&self, protocol: u8) -> Duration {
        match protocol {
            protocol::TCP if self.established && !self.closing => TCP_IDLE,
            protocol::TCP => TCP_BRIEF,
            protocol::UDP => UDP_IDLE,
            _ => ICMP_IDLE,
        }
    }

    /// A connection is established once an answer is answered, and closing once somebody inside says so: anybody outside
    /// can make up a segment.
    fn note_flags(&mut self, flags: u8, is_outbound: bool) {
        let ends = flags & (FIN | RST) != 0;
        if !is_outbound {
            self.answered |= !ends;
        } else if ends {
            self.closing = true;
        } else if flags & SYN != 0 {
            (self.answered, self.established, self.closing) = (false, false, false);
        } else {
            self.established = self.answered;
        }
    }
}

/// Where a packet is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Out,
    /// To a station.
    In(Mac),
}

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    pub outbound: u64,
    pub inbound: u64,
    pub errors: u64,
    pub mappings: u64,
    pub crowded: u64,
    pub unknown: u64,
    pub other: u64,
    pub malformed: u64,
}

/// Whether a packet names an end, or is about one that does.
enum Kind {
    End,
    Error,
    Other,
}

pub struct Nat {
    inside: Network,
    outside: [u8; 4],
    first_port: u16,
    table: Table<End, Mapping>,
    pub now: Duration,
    pub done: Done,
}

impl Nat {
    pub fn new(inside: Network, outside: Ipv4Addr, ports: std::ops::RangeInclusive<u16>) -> Self {
        Self {
            inside,
            outside: outside.octets(),
            first_port: *ports.start(),
            table: Table::new(ports.len()),
            now: Duration::ZERO,
            done: Done::default(),
        }
    }

    /// Translates it in place, all but the Ethernet addresses; or counts why not.
    pub fn translate(&mut self, packet: &mut [u8]) -> Option<Way> {
        let Some(headers) = Headers::parse(packet) else {
            self.done.malformed += 1;
            return None;
        };
        let (ip, transport) = match (headers.version, headers.fragment, headers.transport) {
            (4, false, Some(at)) => (headers.network, at),
            _ => return self.refuse(),
        };
        let [source, destination] = [12, 16].map(|at| Ipv4Addr::from(get32(packet, ip + at)));
        let is_inside = |address: Ipv4Addr| self.inside.has(address.into());
        let is_inbound = destination.octets() == self.outside;
        // What was sent to a group of stations would seem to come from it.
        let to_group = packet[0] & 1 != 0;
        if to_group || is_inside(source) == is_inbound || (!is_inbound && is_inside(destination)) {
            return self.refuse();
        }
        let mut mac = [0; MAC_LEN];
        mac.copy_from_slice(&packet[MAC_LEN..2 * MAC_LEN]);
        let (ip, at) = (&mut packet[ip..headers.end], transport - ip);
        match (kind_of(ip, at, !is_inbound), is_inbound) {
            (Kind::End, false) => self.go_out(ip, at, Mac(mac)),
            (Kind::End, true) => self.come_in(ip, at),
            (Kind::Error, _) if inner(&ip[at..]).is_none() => self.refuse(),
            (Kind::Error, false) => self.error_goes_out(ip, at),
            (Kind::Error, true) => self.error_comes_in(ip, at),
            (Kind::Other, _) => self.refuse(),
        }
    }

    fn refuse(&mut self) -> Option<Way> {
        self.done.other += 1;
        None
    }

    fn go_out(&mut self, ip: &mut [u8], at: usize, mac: Mac) -> Option<Way> {
        let inside = End::of(ip, true);
        let place = self.map(inside)?;
        let mapping = &mut self.table[place];
        if inside.protocol == protocol::TCP {
            mapping.note_flags(ip[at + FLAGS_AT], true);
        }
        mapping.mac = mac;
        let until = self.now + mapping.idle(inside.protocol);
        self.table.keep(place, until);
        replace(ip, true, &self.outside_end(place, inside.protocol));
        self.done.outbound += 1;
        Some(Way::Out)
    }

    fn come_in(&mut self, ip: &mut [u8], at: usize) -> Option<Way> {
        let (place, inside) = self.find(End::of(ip, false))?;
        let mapping = &mut self.table[place];
        let mac = mapping.mac;
        if inside.protocol == protocol::TCP {
            mapping.note_flags(ip[at + FLAGS_AT], false);
        }
        replace(ip, false, &inside);
        self.done.inbound += 1;
        Some(Way::In(mac))
    }

    /// What somebody outside says of a packet that went out: to him it came from the outside address.
    fn error_comes_in(&mut self, ip: &mut [u8], at: usize) -> Option<Way> {
        let (place, inside) = self.find(End::of(inner(&ip[at..])?, true))?;
        replace_inner(&mut ip[at..], true, &inside);
        translate::replace_address(ip, false, inside.address);
        self.done.errors += 1;
        Some(Way::In(self.table[place].mac))
    }

    /// What somebody inside says of a packet that came in.
    fn error_goes_out(&mut self, ip: &mut [u8], at: usize) -> Option<Way> {
        let inside = End::of(inner(&ip[at..])?, false);
        let Some(place) = self.table.find(&inside, self.now) else {
            self.done.unknown += 1;
            return None;
        };
        let outside = self.outside_end(place, inside.protocol);
        replace_inner(&mut ip[at..], false, &outside);
        translate::replace_address(ip, true, outside.address);
        self.done.errors += 1;
        Some(Way::Out)
    }

    fn map(&mut self, inside: End) -> Option<usize> {
        if let Some(place) = self.table.find(&inside, self.now) {
            return Some(place);
        }
        let new = Mapping::default();
        let place = self.table.add(inside, new, self.now, self.now);
        match place {
            Some(_) => self.done.mappings += 1,
            None => self.done.crowded += 1,
        }
        place
    }

    fn outside_end(&self, place: usize, protocol: u8) -> End {
        End {
            protocol,
            address: self.outside,
            port: (self.first_port + place as u16).to_be_bytes(),
        }
    }

    /// The mapping that a packet from outside is for, and the end inside.
    fn find(&mut self, outside: End) -> Option<(usize, End)> {
        let port = get16(&outside.port, 0);
        let place = port.checked_sub(self.first_port).map(usize::from);
        let found = place.and_then(|place| Some((place, *self.table.at(place, self.now)?.0)));
        let is_ours = outside.address == self.outside;
        let found = found.filter(|(_, inside)| is_ours && inside.protocol == outside.protocol);
        if found.is_none() {
            self.done.unknown += 1;
        }
        found
    }
}

fn kind_of(ip: &[u8], at: usize, is_outbound: bool) -> Kind {
    match (ip[9], ip.get(at)) {
        (protocol::TCP | protocol::UDP, _) => Kind::End,
        (protocol::ICMP, Some(&ECHO_REQUEST)) if is_outbound => Kind::End,
        (protocol::ICMP, Some(&ECHO_REPLY)) if !is_outbound => Kind::End,
        (protocol::ICMP, Some(&(UNREACHABLE | TIME_EXCEEDED | BAD_PARAMETER))) => Kind::Error,
        _ => Kind::Other,
    }
}
