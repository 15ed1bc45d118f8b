//! Keeps values by keys: see ../README.md.
#![forbid(unsafe_code)]
mod store;

use std::process::ExitCode;
use std::time::Duration;

use flash_nf::headers::{get16, protocol, put16, sum, Headers};
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Refusal};

use store::Store;

const MAC_LEN: usize = 6;
const IPV4_LEN: usize = 20;
const IPV6_LEN: usize = 40;
const HOPS: u8 = 64;
const USUAL_PORT: u16 = 11211;
const USUAL_KEYS: usize = 16384;
const MOST_KEYS: usize = 1 << 22;
/// In front of the text: the number of the request, of the datagram, how many those are, and zeros.
const FRAME_LEN: usize = 8;
/// The second and the third, of a request that is one datagram.
const ALONE: [u8; 4] = [0, 0, 0, 1];

struct Kv {
    store: Store,
    port: u16,
    keys: usize,
    edges: u32,
    requests: u64,
    other: u64,
    malformed: u64,
}

impl Default for Kv {
    fn default() -> Self {
        Self {
            store: Store::new(0),
            port: USUAL_PORT,
            keys: USUAL_KEYS,
            edges: 0,
            requests: 0,
            other: 0,
            malformed: 0,
        }
    }
}

impl Function for Kv {
    const NAME: &'static str = "kv";
    const USAGE: &'static str = "[--port N] [--keys N]";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "port" => self.port = values.value()?.parse_with(parse_port)?,
            "keys" => self.keys = values.value()?.parse_with(parse_keys)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        self.store = Store::new(self.keys);
        Ok(())
    }

    fn begin(&mut self, now: Duration, edges: u32) {
        self.store.now = now;
        self.edges = edges;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let Some(headers) = Headers::parse(packet) else {
            self.malformed += 1;
            return None;
        };
        if let Some(udp) = self.request_at(packet, &headers) {
            return self.answer(packet, &headers, udp).map(|()| 0);
        }
        self.other += 1;
        (self.edges > 1).then_some(1)
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("requests", self.requests);
        counts.add("gets", self.store.gets);
        counts.add("hits", self.store.hits);
        counts.add("sets", self.store.sets);
        counts.add("errors", self.store.errors);
        counts.add("other", self.other);
        counts.add("malformed", self.malformed);
    }
}

impl Kv {
    /// Where the datagram is, if it is a request: without options and extensions, which an answer would have, too.
    fn request_at(&self, packet: &[u8], headers: &Headers) -> Option<usize> {
        let udp = headers.transport?;
        let ip_len = match headers.version {
            4 => IPV4_LEN,
            _ => IPV6_LEN,
        };
        let is_plain = !headers.fragment && udp - headers.network == ip_len;
        let is_plain = is_plain && !is_for_group(packet, headers);
        let is_request =
            headers.protocol == protocol::UDP && is_plain && get16(packet, udp + 2) == self.port;
        is_request.then_some(udp)
    }

    fn answer(&mut self, packet: &mut dyn Frame, headers: &Headers, udp: usize) -> Option<()> {
        let frame = &packet[headers.payload..headers.end];
        // A server that was asked in the name of another one: each would answer what the other one answers.
        let is_reply = |text: &[u8]| get16(packet, udp) == self.port || text.starts_with(b"ERROR");
        if frame.len() < FRAME_LEN || frame[2..6] != ALONE || is_reply(&frame[FRAME_LEN..]) {
            self.malformed += 1;
            return None;
        }
        self.requests += 1;
        let reply = self.store.answer(&frame[FRAME_LEN..])?;
        let text = headers.payload + FRAME_LEN;
        packet.truncate(text);
        packet.grow_back(reply.len()).ok()?;
        packet[text - 2..text].fill(0);
        packet[text..].copy_from_slice(&reply);
        turn(packet, headers, udp);
        Some(())
    }
}

/// Stations, or addresses of IP.
fn is_for_group(packet: &[u8], headers: &Headers) -> bool {
    let ip = &packet[headers.network..];
    let to_group = match headers.version {
        4 => ip[16] >= 224,
        _ => ip[24] == 0xff,
    };
    packet[0] & 1 != 0 || to_group
}

/// Makes all of it a datagram from who was asked to who has asked.
fn turn(packet: &mut [u8], headers: &Headers, udp: usize) {
    let len = packet.len() - udp;
    let (ip, is_v4) = (headers.network, headers.version == 4);
    let addresses = match is_v4 {
        true => ip + 12..ip + 20,
        false => ip + 8..ip + 40,
    };
    swap_halves(&mut packet[..2 * MAC_LEN]);
    swap_halves(&mut packet[addresses.clone()]);
    swap_halves(&mut packet[udp..udp + 4]);
    put16(packet, udp + 4, len as u16);
    put16(packet, udp + 6, 0);
    let pseudo = len as u64 + u64::from(protocol::UDP);
    let pseudo = sum::add(pseudo, &packet[addresses]);
    let sum = match sum::finish(sum::add(pseudo, &packet[udp..])) {
        0 => 0xffff,
        sum => sum,
    };
    put16(packet, udp + 6, sum);
    if is_v4 {
        put16(packet, ip + 2, (IPV4_LEN + len) as u16);
        packet[ip + 8] = HOPS;
        put16(packet, ip + 10, 0);
        let sum = sum::finish(sum::add(0, &packet[ip..ip + IPV4_LEN]));
        put16(packet, ip + 10, sum);
    } else {
        put16(packet, ip + 4, len as u16);
        packet[ip + 7] = HOPS;
    }
}

fn swap_halves(bytes: &mut [u8]) {
    let (one, other) = bytes.split_at_mut(bytes.len() / 2);
    one.swap_with_slice(other);
}

fn parse_port(text: &str) -> Result<u16, Refusal> {
    match text.parse()? {
        0 => Err("there is no port 0".into()),
        port => Ok(port),
    }
}

fn parse_keys(text: &str) -> Result<usize, Refusal> {
    match text.parse()? {
        keys @ 1..=MOST_KEYS => Ok(keys),
        _ => Err(format!("it is not a number from 1 to {MOST_KEYS}").into()),
    }
}

fn main() -> ExitCode {
    program::main::<Kv>()
}
