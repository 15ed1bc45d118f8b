//! Packets as text, and what becomes of them: a function without a device.
use std::error::Error;
use std::fmt::Write;
use std::io::BufRead;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use flash_nf::OutOfRoom;

use crate::{Counts, Frame, Function};

/// Of a frame, behind what the kernel leaves free.
const MOST_BYTES: usize = 2048 - 256;

#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Frame for Bytes {
    fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    fn grow_back(&mut self, count: usize) -> Result<(), OutOfRoom> {
        if count > MOST_BYTES - self.0.len() {
            return Err(OutOfRoom);
        }
        self.0.resize(self.0.len() + count, 0);
        Ok(())
    }

    fn strip_front(&mut self, count: usize) -> Result<(), OutOfRoom> {
        if count > self.0.len() {
            return Err(OutOfRoom);
        }
        self.0.drain(..count);
        Ok(())
    }
}

pub fn replay<F: Function>(mut function: F, edges: u32) -> Result<(), Box<dyn Error>> {
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let (now, mut packet) = parse(&line?).ok_or_else(|| {
            let number = number + 1;
            format!("line {number} is not a time in milliseconds and a packet in hexadecimal")
        })?;
        function.begin(now, edges);
        let edge = function.handle(&mut packet);
        function.end();
        match edge {
            None => println!("dropped"),
            Some(edge) => println!("{edge} {}", hex(&packet)),
        }
    }
    let mut counts = Counts::default();
    counts.add("edges", edges.into());
    function.report(&mut counts);
    println!("{counts}");
    Ok(())
}

fn parse(line: &str) -> Option<(Duration, Bytes)> {
    let (now, digits) = line.split_once(' ')?;
    if digits.len() > 2 * MOST_BYTES || digits.len() % 2 != 0 || !digits.is_ascii() {
        return None;
    }
    let bytes = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect::<Option<_>>()?;
    Some((Duration::from_millis(now.parse().ok()?), Bytes(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A String takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
