//! Limits how much passes: see ../README.md.
#![forbid(unsafe_code)]
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::headers::Headers;
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Refusal, Table};

const USUAL_SOURCES: usize = 65536;
const MOST_SOURCES: usize = 1 << 24;
const NANO: u64 = 1_000_000_000;
const MOST_RATE: u64 = 1_000_000_000_000;
const MOST_BURST: u64 = 1_000_000_000;

#[derive(Clone, Copy, Debug, Default)]
struct Limit {
    /// Bytes or packets a second.
    rate: u64,
    /// In billionths, as what is in a bucket.
    burst: u64,
}

/// In billionths of a byte or a packet, so that nothing is lost when it is filled often.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    tokens: u64,
    filled_at: Duration,
}

impl Bucket {
    fn full(limit: Limit, now: Duration) -> Self {
        Self {
            tokens: limit.burst,
            filled_at: now,
        }
    }

    fn take(&mut self, limit: Limit, cost: u64, now: Duration) -> bool {
        let missing = limit.burst - self.tokens;
        let elapsed = nanos(now - self.filled_at);
        self.filled_at = now;
        if elapsed > missing / limit.rate {
            self.tokens = limit.burst;
        } else {
            self.tokens += elapsed * limit.rate;
        }
        match self.tokens.checked_sub(cost) {
            Some(left) => self.tokens = left,
            None => return false,
        }
        true
    }

    /// When it will be full, at the latest.
    fn full_at(&self, limit: Limit) -> Duration {
        let missing = limit.burst - self.tokens;
        self.filled_at + Duration::from_nanos(missing / limit.rate + 1)
    }
}

fn nanos(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

/// Of IPv6 the first half of an address: who has that has all addresses in it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
enum Source {
    #[default]
    Nobody,
    Ethernet([u8; 6]),
    V4([u8; 4]),
    V6([u8; 8]),
}

impl Source {
    fn of(packet: &[u8], headers: &Headers) -> Self {
        let ip = headers.network;
        match headers.version {
            4 => bytes(packet, ip + 12).map(Self::V4),
            6 => bytes(packet, ip + 8).map(Self::V6),
            _ => bytes(packet, 6).map(Self::Ethernet),
        }
        .unwrap_or_default()
    }
}

fn bytes<const LEN: usize>(packet: &[u8], at: usize) -> Option<[u8; LEN]> {
    packet.get(at..at + LEN)?.try_into().ok()
}

struct RateLimit {
    limit: Limit,
    bytes: bool,
    sources: usize,
    /// Only of those whose bucket is not full: all others are alike.
    per_source: Option<Table<Source, Bucket>>,
    /// Of all, or of those who find no place in the table.
    common: Bucket,
    now: Duration,
    passed: u64,
    limited: u64,
    crowded: u64,
    malformed: u64,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            limit: Limit::default(),
            bytes: false,
            sources: USUAL_SOURCES,
            per_source: None,
            common: Bucket::default(),
            now: Duration::ZERO,
            passed: 0,
            limited: 0,
            crowded: 0,
            malformed: 0,
        }
    }
}

impl Function for RateLimit {
    const NAME: &'static str = "ratelimit";
    const USAGE: &'static str = "--bytes N | --packets N --burst N [--per-source [--sources N]]";
    const PASSES_ON: bool = true;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "bytes" | "packets" => {
                self.bytes = name == "bytes";
                self.limit.rate = values.value()?.parse_with(|text| up_to(MOST_RATE, text))?;
            }
            "burst" => {
                let burst = values.value()?.parse_with(|text| up_to(MOST_BURST, text))?;
                self.limit.burst = burst * NANO;
            }
            "per-source" => self.per_source = Some(Table::new(0)),
            "sources" => {
                let most = MOST_SOURCES as u64;
                self.sources = values.value()?.parse_with(|text| up_to(most, text))? as usize;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        if self.limit.rate == 0 || self.limit.burst == 0 {
            return Err("say a rate and a burst".into());
        }
        self.common = Bucket::full(self.limit, Duration::ZERO);
        if let Some(table) = &mut self.per_source {
            *table = Table::new(self.sources);
        }
        Ok(())
    }

    fn begin(&mut self, now: Duration, _edges: u32) {
        self.now = now;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        let Some(headers) = Headers::parse(packet) else {
            self.malformed += 1;
            return None;
        };
        let cost = match self.bytes {
            true => packet.len() as u64 * NANO,
            false => NANO,
        };
        if self.take(Source::of(packet, &headers), cost) {
            self.passed += 1;
            return Some(0);
        }
        self.limited += 1;
        None
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("passed", self.passed);
        counts.add("limited", self.limited);
        counts.add("crowded", self.crowded);
        counts.add("malformed", self.malformed);
    }
}

impl RateLimit {
    fn take(&mut self, source: Source, cost: u64) -> bool {
        let Self { limit, now, .. } = *self;
        let Some(table) = &mut self.per_source else {
            return self.common.take(limit, cost, now);
        };
        let place = table
            .find(&source, now)
            .or_else(|| table.add(source, Bucket::full(limit, now), now, now));
        let Some(place) = place else {
            self.crowded += 1;
            return self.common.take(limit, cost, now);
        };
        let passes = table[place].take(limit, cost, now);
        let full_at = table[place].full_at(limit);
        table.keep(place, full_at);
        passes
    }
}

fn up_to(most: u64, text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("it is not a number from 1 to {most}")),
    }
}

fn main() -> ExitCode {
    program::main::<RateLimit>()
}
