//! Writes packets to a file, and passes them on: see ../README.md.
#![forbid(unsafe_code)]
mod pcapng;

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Refusal};
use rustix::time::{clock_gettime, ClockId};

use pcapng::PcapNg;

const USUAL_SNAP: usize = 65535;
const USUAL_SIZE: u64 = 1 << 30;

struct Capture {
    path: Option<String>,
    snap: usize,
    most: u64,
    /// Once the options are known, and not once it cannot be written to.
    file: Option<PcapNg>,
    now: Duration,
    /// The system's time was that far ahead of now when it began.
    since_1970: Duration,
    captured: u64,
    missed: u64,
    bytes: u64,
}

impl Default for Capture {
    fn default() -> Self {
        Self {
            path: None,
            snap: USUAL_SNAP,
            most: USUAL_SIZE,
            file: None,
            now: Duration::ZERO,
            since_1970: Duration::ZERO,
            captured: 0,
            missed: 0,
            bytes: 0,
        }
    }
}

impl Function for Capture {
    const NAME: &'static str = "capture";
    const USAGE: &'static str = "--file PATH [--snap BYTES] [--most BYTES]";
    const PASSES_ON: bool = true;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "file" => self.path = Some(values.value()?.string()?),
            "snap" => self.snap = values.value()?.parse_with(parse_snap)?,
            "most" => self.most = values.value()?.parse()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let path = self.path.as_deref().ok_or("say which file to write to")?;
        let file = PcapNg::create(path, self.snap)
            .map_err(|error| format!("writing to {path}: {error}"))?;
        self.bytes = file.written();
        self.file = Some(file);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
        self.since_1970 = since_1970.saturating_sub(monotonic());
        Ok(())
    }

    fn begin(&mut self, now: Duration, _edges: u32) {
        self.now = now;
    }

    /// Packets pass, whatever becomes of the file.
    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        match self.write(packet) {
            Some(()) => self.captured += 1,
            None => self.missed += 1,
        }
        Some(0)
    }

    /// Who reads the file meanwhile sees whole packets.
    fn end(&mut self) {
        if let Some(file) = &mut self.file {
            let result = file.flush();
            self.note(result);
        }
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("captured", self.captured);
        counts.add("missed", self.missed);
        counts.add("bytes", self.bytes);
    }
}

impl Capture {
    fn write(&mut self, packet: &[u8]) -> Option<()> {
        let file = self.file.as_mut()?;
        if file.written() + file.size(packet.len()) as u64 > self.most {
            return None;
        }
        let result = file.write(self.since_1970 + self.now, packet);
        self.bytes = file.written();
        self.note(result)
    }

    fn note(&mut self, result: std::io::Result<()>) -> Option<()> {
        let Err(error) = result else {
            return Some(());
        };
        let path = self.path.as_deref().unwrap_or_default();
        eprintln!("capture: writing to {path}: {error}; packets pass on, and are missing there");
        self.file = None;
        None
    }
}

fn monotonic() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

fn parse_snap(text: &str) -> Result<usize, Refusal> {
    match text.parse()? {
        snap @ 1..=USUAL_SNAP => Ok(snap),
        _ => Err(format!("it is not a number from 1 to {USUAL_SNAP}").into()),
    }
}

fn main() -> ExitCode {
    program::main::<Capture>()
}
