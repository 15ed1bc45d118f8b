//! Translates source addresses of IPv4: see ../README.md.
#![forbid(unsafe_code)]
mod nat;
mod translate;

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::Duration;

use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Mac, Network, Refusal};

use nat::{Nat, Way};

const MAC_LEN: usize = 6;
const USUAL_PORTS: RangeInclusive<u16> = 32768..=60999;
const LEAST_PORTS: usize = 8;

#[derive(Default)]
struct Nat44 {
    inside: Option<Network>,
    outside: Option<Ipv4Addr>,
    next_hop: Option<Mac>,
    ports: Option<RangeInclusive<u16>>,
    edges: u32,
    /// Once the options are known.
    nat: Option<Nat>,
}

impl Function for Nat44 {
    const NAME: &'static str = "nat44";
    const USAGE: &'static str =
        "--inside NETWORK/BITS --outside IP [--next-hop MAC] [--ports FIRST-LAST]";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "inside" => self.inside = Some(values.value()?.parse_with(parse_inside)?),
            "outside" => self.outside = Some(values.value()?.parse()?),
            "next-hop" => self.next_hop = Some(values.value()?.parse()?),
            "ports" => self.ports = Some(values.value()?.parse_with(parse_ports)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let (Some(inside), Some(outside)) = (self.inside, self.outside) else {
            return Err("say what is inside, and which address is outside".into());
        };
        let ports = self.ports.clone().unwrap_or(USUAL_PORTS);
        self.nat = Some(Nat::new(inside, outside, ports));
        Ok(())
    }

    fn begin(&mut self, now: Duration, edges: u32) {
        self.edges = edges;
        if let Some(nat) = &mut self.nat {
            nat.now = now;
        }
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let (edge, mac) = match self.nat.as_mut()?.translate(packet)? {
            Way::Out => (0, self.next_hop),
            Way::In(mac) => (u32::from(self.edges > 1), Some(mac)),
        };
        if let Some(Mac(mac)) = mac {
            // From the station that it was sent to.
            packet.copy_within(..MAC_LEN, MAC_LEN);
            packet[..MAC_LEN].copy_from_slice(&mac);
        }
        Some(edge)
    }

    fn report(&self, counts: &mut Counts) {
        let Some(Nat { done, .. }) = &self.nat else {
            return;
        };
        counts.add("outbound", done.outbound);
        counts.add("inbound", done.inbound);
        counts.add("errors", done.errors);
        counts.add("mappings", done.mappings);
        counts.add("crowded", done.crowded);
        counts.add("unknown", done.unknown);
        counts.add("other", done.other);
        counts.add("malformed", done.malformed);
    }
}

fn parse_inside(text: &str) -> Result<Network, Refusal> {
    let network: Network = text.parse()?;
    match network.is_ipv4() {
        true => Ok(network),
        false => Err("it is not IPv4".into()),
    }
}

/// `32768-60999`
fn parse_ports(text: &str) -> Result<RangeInclusive<u16>, Refusal> {
    let (first, last) = text.split_once('-').ok_or("it is like 32768-60999")?;
    let ports: RangeInclusive<u16> = first.parse()?..=last.parse()?;
    match ports.len() {
        count if count >= LEAST_PORTS && *ports.start() > 0 => Ok(ports),
        _ => Err("it takes 8 ports at least".into()),
    }
}

fn main() -> ExitCode {
    program::main::<Nat44>()
}
