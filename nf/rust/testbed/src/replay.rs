use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::program::{in_c, Report};

/// What a function did with packets that it got as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Replayed {
    /// For each packet the edge that it was sent to, and what it was then.
    pub outcomes: Vec<Option<(u32, Vec<u8>)>>,
    /// Of its own counts alone.
    pub report: Report,
}

/// Has an example in Rust and the same in C, with sanitizers, work on packets, each at a time in milliseconds. They do the
/// same.
pub fn replay_both(
    rust: &str,
    name: &str,
    args: &[&str],
    edges: u32,
    packets: &[(u64, Vec<u8>)],
) -> Replayed {
    let [in_rust, in_c] = replay_each(rust, name, args, edges, packets);
    assert_eq!(in_rust.outcomes.len(), packets.len());
    for (index, (now, packet)) in packets.iter().enumerate() {
        assert_eq!(
            in_rust.outcomes.get(index),
            in_c.outcomes.get(index),
            "Rust is on the left, C on the right; packet {index} at {now} ms: {packet:02x?}"
        );
    }
    assert_eq!(in_rust.report, in_c.report);
    in_rust
}

/// The same for what depends on a secret: what the one in Rust did, and the one in C.
pub fn replay_each(
    rust: &str,
    name: &str,
    args: &[&str],
    edges: u32,
    packets: &[(u64, Vec<u8>)],
) -> [Replayed; 2] {
    both_to_replay(rust, name).map(|program| replay(&program, args, edges, packets))
}

/// An example in both languages, that in C with sanitizers.
pub fn both_to_replay(rust: &str, name: &str) -> [PathBuf; 2] {
    [rust.into(), in_c(&format!("{name}-sanitized"))]
}

/// What one of them did.
pub fn replay(program: &Path, args: &[&str], edges: u32, packets: &[(u64, Vec<u8>)]) -> Replayed {
    let mut process = Command::new(program)
        .args(["--replay", &edges.to_string()])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let text = text_of(packets);
    // It is read from while it is written to.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = process.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", program.display());
    writer.join().unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = said.lines().collect();
    let report = Report(lines.pop().unwrap().to_owned());
    Replayed {
        outcomes: lines.into_iter().map(outcome_of).collect(),
        report,
    }
}

fn text_of(packets: &[(u64, Vec<u8>)]) -> String {
    let mut text = String::new();
    for (now, packet) in packets {
        write!(text, "{now} ").unwrap();
        for byte in packet {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn outcome_of(line: &str) -> Option<(u32, Vec<u8>)> {
    let (edge, hex) = line.split_once(' ')?;
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let packet = (0..hex.len()).step_by(2).map(byte).collect();
    Some((edge.parse().unwrap(), packet))
}

/// A packet at every length, the whole one last.
pub fn cut(packet: &[u8]) -> Vec<Vec<u8>> {
    (0..=packet.len())
        .map(|len| packet[..len].to_vec())
        .collect()
}

/// A packet as it might come from somebody hostile: with every byte changed by a bit, most bits or all, and at every
/// length with headers of IP that say so.
pub fn spoil(packet: &[u8]) -> Vec<Vec<u8>> {
    let masks = [0x01, 0x0a, 0x10, 0x7f, 0xff];
    let places = 0..packet.len();
    let each = places.flat_map(|at| masks.map(|mask| (at, mask)));
    let changed = each.map(|(at, mask)| {
        let mut packet = packet.to_vec();
        packet[at] ^= mask;
        packet
    });
    changed.chain(shrink(packet)).collect()
}

fn shrink(packet: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let (place, header_len) = match packet[12..14] {
        [0x08, 0x00] => (16, 0),
        _ => (18, 40),
    };
    (14 + 20.max(header_len)..packet.len()).map(move |len| {
        let mut packet = packet[..len].to_vec();
        let says = (len - 14 - header_len) as u16;
        packet[place..place + 2].copy_from_slice(&says.to_be_bytes());
        packet
    })
}
