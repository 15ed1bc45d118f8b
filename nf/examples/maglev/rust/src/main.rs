//! Spreads flows over backends: see ../README.md.
#![forbid(unsafe_code)]
mod lookup;

use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use flash_nf::headers::{get16, protocol, Headers};
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Mac, Refusal};

const MAC_LEN: usize = 6;
const MOST_BACKENDS: usize = 64;
const MOST_WEIGHT: u32 = 1000;
const LONGEST_NAME: usize = 31;

/// Of ICMP the errors; those of IPv6 are below the queries.
const ERRORS: [u8; 3] = [3, 11, 12];
const QUERY6: u8 = 128;
const ICMP_LEN: usize = 8;
const LEAST_INNER: usize = 8;
const FRAGMENT6: u8 = 44;

#[derive(Debug)]
struct Backend {
    name: String,
    mac: Option<Mac>,
    weight: u32,
    count: u64,
}

impl FromStr for Backend {
    type Err = Refusal;

    /// `NAME[=MAC][/WEIGHT]`
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (place, weight) = match text.split_once('/') {
            Some((place, weight)) => (place, weight.parse()?),
            None => (text, 1),
        };
        let (name, mac) = match place.split_once('=') {
            Some((name, mac)) => (name, Some(mac.parse()?)),
            None => (place, None),
        };
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
            return Err("a name has 1 to 31 letters, digits, dots, dashes and underlines".into());
        }
        if weight > MOST_WEIGHT {
            return Err(format!("a weight is {MOST_WEIGHT} at most").into());
        }
        Ok(Self {
            name: name.to_owned(),
            mac,
            weight,
            count: 0,
        })
    }
}

#[derive(Default)]
struct Maglev {
    backends: Vec<Backend>,
    seed: u64,
    slots: Vec<u8>,
    filled_for: u32,
    other: u64,
    malformed: u64,
    unserved: u64,
}

impl Function for Maglev {
    const NAME: &'static str = "maglev";
    const USAGE: &'static str = "--backend NAME[=MAC][/WEIGHT]... [--seed N]";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "backend" => {
                let backend: Backend = values.value()?.parse()?;
                if self.backends.iter().any(|each| each.name == backend.name) {
                    return Err(format!("there are two backends {}", backend.name).into());
                }
                self.backends.push(backend);
            }
            "seed" => self.seed = values.value()?.parse()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let with_mac = self.with_mac();
        match self.backends.len() {
            0 => Err("say which backends there are".into()),
            count if count > MOST_BACKENDS => Err("there are 64 backends at most".into()),
            count if with_mac != 0 && with_mac != count => {
                Err("give all backends an address, or none".into())
            }
            _ => Ok(()),
        }
    }

    /// Backends with addresses are reached by those. Without, there is one behind each edge.
    fn begin(&mut self, _now: Duration, edges: u32) {
        if edges == self.filled_for {
            return;
        }
        let reached = match self.with_mac() {
            0 => edges as usize,
            count => count,
        };
        let backends = self.backends.iter().take(reached);
        self.slots = lookup::fill(backends.map(|each| (each.name.as_str(), each.weight)));
        self.filled_for = edges;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let Some(headers) = Headers::parse(packet) else {
            self.malformed += 1;
            return None;
        };
        // What was sent to a group of stations would seem to come from it.
        let to_group = packet[0] & 1 != 0;
        if headers.version == 0 || (to_group && self.backends[0].mac.is_some()) {
            self.other += 1;
            return None;
        }
        let slot = lookup::slot(self.seed, &flow_of(packet, &headers));
        let Some(&chosen) = self.slots.get(slot) else {
            self.unserved += 1;
            return None;
        };
        let backend = &mut self.backends[usize::from(chosen)];
        backend.count += 1;
        let Some(Mac(mac)) = backend.mac else {
            return Some(chosen.into());
        };
        packet.copy_within(..MAC_LEN, MAC_LEN);
        packet[..MAC_LEN].copy_from_slice(&mac);
        Some(0)
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("other", self.other);
        counts.add("malformed", self.malformed);
        counts.add("unserved", self.unserved);
        for backend in &self.backends {
            counts.add(&format!("to {}", backend.name), backend.count);
        }
    }
}

impl Maglev {
    fn with_mac(&self) -> usize {
        self.backends
            .iter()
            .filter(|each| each.mac.is_some())
            .count()
    }
}

/// What packets of a flow have in common: version, protocol, addresses and ports. Only one fragment of several has ports,
/// so that none may count. An error is of the flow that it is about.
fn flow_of(packet: &[u8], headers: &Headers) -> [u8; 38] {
    let (ip, rest) = (&packet[headers.network..], &packet[..headers.end]);
    let transport = headers.transport.filter(|_| !headers.fragment);
    if let Some(flow) = transport.and_then(|at| flow_of_error(&rest[at..], headers)) {
        return flow;
    }
    flow_at(ip, headers.protocol, transport.map(|at| &rest[at..]), false)
}

/// What it is about went from a backend to who is to be served.
fn flow_of_error(icmp: &[u8], headers: &Headers) -> Option<[u8; 38]> {
    let is_error = match (headers.version, headers.protocol) {
        (4, protocol::ICMP) => ERRORS.contains(&icmp[0]),
        (6, protocol::ICMPV6) => icmp[0] < QUERY6,
        _ => false,
    };
    let ip = icmp.get(ICMP_LEN..).filter(|_| is_error)?;
    if ip.first()? >> 4 != headers.version {
        return None;
    }
    let (least, header_len) = match headers.version {
        4 => (20, usize::from(ip[0] & 15) * 4),
        _ => (40, 40),
    };
    if header_len < least || ip.len() < header_len + LEAST_INNER {
        return None;
    }
    let (protocol, is_fragment) = match headers.version {
        4 => (ip[9], get16(ip, 6) & 0x3fff != 0),
        _ => (ip[6], ip[6] == FRAGMENT6),
    };
    let transport = (!is_fragment).then_some(&ip[header_len..]);
    Some(flow_at(ip, protocol, transport, true))
}

/// Of a packet, or of one the other way.
fn flow_at(ip: &[u8], protocol: u8, transport: Option<&[u8]>, turned: bool) -> [u8; 38] {
    let mut flow = [0; 38];
    let version = ip[0] >> 4;
    let addresses = match version {
        4 => &ip[12..20],
        _ => &ip[8..40],
    };
    flow[0] = version;
    copy_ends(&mut flow[2..], addresses, turned);
    if let Some(transport) = transport {
        flow[1] = protocol;
        if matches!(protocol, protocol::TCP | protocol::UDP) {
            copy_ends(&mut flow[34..], &transport[..4], turned);
        }
    }
    flow
}

fn copy_ends(to: &mut [u8], from: &[u8], turned: bool) {
    let middle = from.len() / 2;
    to[..from.len()].copy_from_slice(from);
    if turned {
        to[..from.len()].rotate_left(middle);
    }
}

fn main() -> ExitCode {
    program::main::<Maglev>()
}
