//! Forwards packets: see ../README.md.
#![forbid(unsafe_code)]
use std::process::ExitCode;
use std::time::Duration;

use program::{Frame, Function};

const MAC_LEN: usize = 6;

#[derive(Default)]
struct L2fwd {
    edges: u32,
}

impl Function for L2fwd {
    const NAME: &'static str = "l2fwd";
    const PASSES_ON: bool = true;

    fn begin(&mut self, _now: Duration, edges: u32) {
        self.edges = edges;
    }

    /// Where there are several targets, the last byte of the destination chooses.
    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        match packet.get(MAC_LEN - 1) {
            Some(&byte) => Some(u32::from(byte) % self.edges),
            None => Some(0),
        }
    }
}

fn main() -> ExitCode {
    program::main::<L2fwd>()
}
