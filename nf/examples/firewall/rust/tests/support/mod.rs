//! Packets for both programs, which they get as text.
#![allow(dead_code)] // Each test uses some of it.
use std::fs;

use testbed::{frames, replay_both, Replayed, Scratch};

pub const RUST: &str = env!("CARGO_BIN_EXE_firewall");
pub const FIN: u8 = 0x11;
pub const SYN: u8 = 0x02;
pub const SYN_ACK: u8 = 0x12;
pub const ACK: u8 = 0x10;
pub const RST: u8 = 0x04;

pub fn replay(rules: &str, more: &[&str], edges: u32, packets: &[(u64, Vec<u8>)]) -> Replayed {
    let scratch = Scratch::new("firewall");
    let path = scratch.path("rules");
    fs::write(&path, rules).unwrap();
    replay_both(
        RUST,
        "firewall",
        &[&["--rules", &path], more].concat(),
        edges,
        packets,
    )
}

/// Which packets pass, all at once and unchanged.
pub fn passed(rules: &str, packets: &[Vec<u8>]) -> Vec<bool> {
    let now: Vec<_> = packets.iter().map(|packet| (0, packet.clone())).collect();
    let outcomes = replay(rules, &[], 1, &now).outcomes;
    for (outcome, packet) in outcomes.iter().zip(packets) {
        assert!(outcome
            .as_ref()
            .map_or(true, |sent| *sent == (0, packet.clone())));
    }
    outcomes.iter().map(Option::is_some).collect()
}

pub fn udp(from: &str, from_port: u16, to: &str, to_port: u16) -> Vec<u8> {
    frames::ip(from, to, 17, &frames::udp(from_port, to_port, b"data"))
}

pub fn tcp_out(flags: u8) -> Vec<u8> {
    frames::ip(
        "10.0.0.2",
        "192.0.2.2",
        6,
        &frames::tcp(1000, 80, flags, b"data"),
    )
}

pub fn tcp_in(flags: u8) -> Vec<u8> {
    frames::ip(
        "192.0.2.2",
        "10.0.0.2",
        6,
        &frames::tcp(80, 1000, flags, b"data"),
    )
}

pub fn ping(from: &str, to: &str, kind: u8, id: u16) -> Vec<u8> {
    let protocol = if from.contains(':') { 58 } else { 1 };
    frames::ip(from, to, protocol, &frames::icmp(kind, id, b"data"))
}

pub fn error(from: &str, to: &str, kind: u8, about: &[u8]) -> Vec<u8> {
    let protocol = if from.contains(':') { 58 } else { 1 };
    frames::ip(from, to, protocol, &frames::icmp(kind, 0, &about[14..]))
}
