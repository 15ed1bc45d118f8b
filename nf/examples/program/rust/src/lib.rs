//! What the examples have in common: the options that say where a function is, a port, the loop over batches of packets,
//! and the report at the end. An example says what becomes of a packet.
#![forbid(unsafe_code)]
mod mac;
mod network;
mod options;
mod replay;
mod run;
mod table;

use std::error::Error;
use std::ops::DerefMut;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::{OutOfRoom, Packet};

pub use lexopt;
pub use mac::Mac;
pub use network::Network;
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

/// Is what `main()` of an example is.
pub fn main<F: Function>() -> ExitCode {
    let mut function = F::default();
    let options = match options::parse(std::env::args_os(), &mut function) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{}: {error}\n{}", F::NAME, options::usage::<F>());
            return ExitCode::from(2);
        }
    };
    match run::start(function, &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", F::NAME);
            ExitCode::FAILURE
        }
    }
}
