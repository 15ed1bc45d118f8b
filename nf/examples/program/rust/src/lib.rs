//! What the examples have in common: the options that say where a function is, a port, the loop over batches of packets,
//! and the report at the end. An example says what becomes of a packet.
#![forbid(unsafe_code)]
mod mac;
mod network;
mod options;
mod per_packet;
mod replay;
mod run;
mod table;
mod whole;

use std::error::Error;
use std::ops::DerefMut;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::{OutOfRoom, Packet, Port};

use per_packet::PerPacket;
use whole::Whole;

pub use lexopt;
pub use mac::Mac;
pub use network::Network;
pub use run::Next;
pub use table::Table;

/// Why options do not do.
pub type Refusal = Box<dyn Error + Send + Sync>;

/// An example.
pub trait Function: Default {
    /// Of the program.
    const NAME: &'static str;
    /// Its own options, or nothing.
    const USAGE: &'static str = "";
    /// It sends what it receives, and so has `--swap-macs`.
    const PASSES_ON: bool = false;

    /// Takes one of its options; false if it has no such one.
    fn set(&mut self, _name: &str, _values: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
        Ok(false)
    }

    /// Once all options are known: why they do not do.
    fn check(&mut self) -> Result<(), Refusal> {
        Ok(())
    }

    /// Before the packets of a batch. The clock is `CLOCK_MONOTONIC`.
    fn begin(&mut self, _now: Duration, _edges: u32) {}

    /// The edge to send it to, which there is; or it is dropped.
    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32>;

    /// After them.
    fn end(&mut self) {}

    /// What it has counted.
    fn report(&self, _counts: &mut Counts) {}
}

/// What a program says at its end: numbers with names, in JSON.
#[derive(Debug, Default)]
pub struct Counts(Vec<String>);

impl Counts {
    /// One more. Names need no quoting.
    pub fn add(&mut self, name: &str, count: u64) {
        self.0.push(format!("\"{name}\":{count}"));
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{{{}}}", self.0.join(","))
    }
}

/// A packet that its function may change.
pub trait Frame: DerefMut<Target = [u8]> {
    /// Makes it shorter, if it is longer.
    fn truncate(&mut self, len: usize);

    /// Adds zeros behind.
    fn grow_back(&mut self, count: usize) -> Result<(), OutOfRoom>;

    /// Takes bytes away in front.
    fn strip_front(&mut self, count: usize) -> Result<(), OutOfRoom>;
}

impl Frame for Packet<'_> {
    fn truncate(&mut self, len: usize) {
        Packet::truncate(self, len);
    }

    fn grow_back(&mut self, count: usize) -> Result<(), OutOfRoom> {
        Packet::grow_back(self, count)
    }

    fn strip_front(&mut self, count: usize) -> Result<(), OutOfRoom> {
        Packet::strip_front(self, count)
    }
}

/// An example that has a port for itself: it sends packets of its own.
pub trait Server: Default {
    /// Of the program.
    const NAME: &'static str;
    /// Its own options, or nothing.
    const USAGE: &'static str = "";

    /// As of a [`Function`].
    fn set(&mut self, _name: &str, _values: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
        Ok(false)
    }

    /// As of a [`Function`].
    fn check(&mut self) -> Result<(), Refusal> {
        Ok(())
    }

    /// Receives packets, and sends some. The clock is `CLOCK_MONOTONIC`.
    fn work(&mut self, port: &Port, now: Duration) -> Next;

    /// As of a [`Function`].
    fn report(&self, _counts: &mut Counts) {}
}

/// Is what `main()` of an example is.
pub fn main<F: Function>() -> ExitCode {
    run::main::<PerPacket<F>>()
}

/// Is what `main()` of a server is.
pub fn main_of_server<S: Server>() -> ExitCode {
    run::main::<Whole<S>>()
}
