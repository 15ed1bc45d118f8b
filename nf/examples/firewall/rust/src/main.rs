//! Passes connections that rules allow: see ../README.md.
#![forbid(unsafe_code)]
mod flow;
mod rules;

use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::headers::{protocol, Headers};
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Mac, Network, Refusal, Table};

use flow::{destination, Flow, Kind, ACK, FIN, RST, SYN};
use rules::Rules;

const MAC_LEN: usize = 6;
const USUAL_CONNECTIONS: usize = 65536;
const MOST_CONNECTIONS: usize = 1 << 24;

/// RFC 5382, RFC 4787, RFC 5508
const TCP_IDLE: Duration = Duration::from_secs(7440);
const TCP_BRIEF: Duration = Duration::from_secs(240);
/// Who makes up SYNs shall not take all places.
const TCP_HALF_OPEN: Duration = Duration::from_secs(30);
const UDP_IDLE: Duration = Duration::from_secs(300);
const ICMP_IDLE: Duration = Duration::from_secs(60);

/// Its key is the flow from who opened it.
#[derive(Clone, Copy, Debug, Default)]
struct Connection {
    answered: bool,
    established: bool,
    closing: bool,
}

impl Connection {
    fn idle(&self, protocol: u8) -> Duration {
        match protocol {
            protocol::TCP if !self.answered => TCP_HALF_OPEN,
            protocol::TCP if self.established && !self.closing => TCP_IDLE,
            protocol::TCP => TCP_BRIEF,
            protocol::UDP => UDP_IDLE,
            _ => ICMP_IDLE,
        }
    }

    /// It is established once who opened it has answered an answer, and closing once anybody says so.
    fn note_flags(&mut self, flags: u8, by_opener: bool) {
        if flags & (FIN | RST) != 0 {
            self.closing = true;
        } else if !by_opener {
            self.answered = true;
        } else if flags & SYN != 0 {
            *self = Self::default();
        } else {
            self.established = self.answered;
        }
    }
}

#[derive(Debug, Default)]
struct Done {
    passed: u64,
    opened: u64,
    denied: u64,
    stray: u64,
    crowded: u64,
    errors: u64,
    other: u64,
    malformed: u64,
}

struct Firewall {
    rules_path: Option<String>,
    /// Once the options are known.
    rules: Option<Rules>,
    inside: Option<Network>,
    to_inside: Option<Mac>,
    to_outside: Option<Mac>,
    connections: usize,
    table: Table<Flow, Connection>,
    now: Duration,
    edges: u32,
    done: Done,
}

impl Default for Firewall {
    fn default() -> Self {
        Self {
            rules_path: None,
            rules: None,
            inside: None,
            to_inside: None,
            to_outside: None,
            connections: USUAL_CONNECTIONS,
            table: Table::new(0),
            now: Duration::ZERO,
            edges: 0,
            done: Done::default(),
        }
    }
}

impl Function for Firewall {
    const NAME: &'static str = "firewall";
    const USAGE: &'static str = "--rules FILE [--inside NETWORK] [--to-inside MAC] \
                                 [--to-outside MAC] [--connections N]";
    const PASSES_ON: bool = true;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "rules" => self.rules_path = Some(values.value()?.string()?),
            "inside" => self.inside = Some(values.value()?.parse()?),
            "to-inside" => self.to_inside = Some(values.value()?.parse()?),
            "to-outside" => self.to_outside = Some(values.value()?.parse()?),
            "connections" => self.connections = values.value()?.parse_with(parse_connections)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let path = self.rules_path.as_deref();
        let path = path.ok_or("say which file the rules are in")?;
        self.rules = Some(Rules::read(path)?);
        self.table = Table::new(self.connections);
        Ok(())
    }

    fn begin(&mut self, now: Duration, edges: u32) {
        self.now = now;
        self.edges = edges;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let Some(headers) = Headers::parse(packet) else {
            self.done.malformed += 1;
            return None;
        };
        // What was sent to a group of stations would seem to come from it.
        let changes_stations = self.to_inside.or(self.to_outside).is_some();
        let to_group = packet[0] & 1 != 0;
        match Kind::of(packet, &headers).filter(|_| !(to_group && changes_stations)) {
            Some(Kind::Tcp(flow, flags)) => {
                let opens = flags & (SYN | ACK | RST | FIN) == SYN;
                self.pass(flow, opens, Some(flags))?;
            }
            Some(Kind::Other { flow, opens }) => self.pass(flow, opens, None)?,
            Some(Kind::Error(flow)) => self.pass_error(flow, destination(packet, &headers))?,
            None => {
                self.done.other += 1;
                return None;
            }
        }
        Some(self.direct(packet, &headers))
    }

    fn report(&self, counts: &mut Counts) {
        let done = &self.done;
        counts.add("passed", done.passed);
        counts.add("opened", done.opened);
        counts.add("denied", done.denied);
        counts.add("stray", done.stray);
        counts.add("crowded", done.crowded);
        counts.add("errors", done.errors);
        counts.add("other", done.other);
        counts.add("malformed", done.malformed);
    }
}

impl Firewall {
    /// Where the connection is that a packet of this flow is of, and whether the packet is from who opened it.
    fn find(&self, flow: &Flow) -> Option<(usize, bool)> {
        let place = |flow: &Flow| self.table.find(flow, self.now);
        let forth = place(flow).map(|place| (place, true));
        forth.or_else(|| place(&flow.turned()).map(|place| (place, false)))
    }

    fn pass(&mut self, flow: Flow, opens: bool, flags: Option<u8>) -> Option<()> {
        let (place, by_opener) = match self.find(&flow) {
            Some(found) => found,
            None => (self.open(flow, opens)?, true),
        };
        let connection = &mut self.table[place];
        if let Some(flags) = flags {
            connection.note_flags(flags, by_opener);
        }
        let until = self.now + connection.idle(flow.protocol);
        self.table.keep(place, until);
        self.done.passed += 1;
        Some(())
    }

    fn open(&mut self, flow: Flow, opens: bool) -> Option<usize> {
        if !opens {
            self.done.stray += 1;
            return None;
        }
        if !self.rules.as_ref()?.allow(&flow) {
            self.done.denied += 1;
            return None;
        }
        let new = Connection::default();
        let place = self.table.add(flow, new, self.now, self.now);
        match place {
            Some(_) => self.done.opened += 1,
            None => self.done.crowded += 1,
        }
        place
    }

    /// To who sent a packet of a connection, which it keeps no longer.
    fn pass_error(&mut self, flow: Flow, to: IpAddr) -> Option<()> {
        let found = self.find(&flow).filter(|_| to == flow.from.address);
        match found {
            Some(_) => self.done.errors += 1,
            None => self.done.stray += 1,
        }
        found.map(|_| ())
    }

    /// To the side that its destination is on.
    fn direct(&self, packet: &mut [u8], headers: &Headers) -> u32 {
        let to = destination(packet, headers);
        let goes_in = self.inside.is_some_and(|inside| inside.has(to));
        let mac = if goes_in {
            self.to_inside
        } else {
            self.to_outside
        };
        if let Some(Mac(mac)) = mac {
            packet.copy_within(..MAC_LEN, MAC_LEN);
            packet[..MAC_LEN].copy_from_slice(&mac);
        }
        u32::from(goes_in && self.edges > 1)
    }
}

fn parse_connections(text: &str) -> Result<usize, Refusal> {
    match text.parse()? {
        count @ 1..=MOST_CONNECTIONS => Ok(count),
        _ => Err(format!("it is not a number from 1 to {MOST_CONNECTIONS}").into()),
    }
}

fn main() -> ExitCode {
    program::main::<Firewall>()
}
