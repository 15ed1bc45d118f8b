//! Ports at both ends of a veth pair.
#![allow(dead_code)] // Each test uses some of it.
use std::time::Instant;

use flash_nf::{FrameCounts, Mode, OpenOptions, Packet, Port, Redirect, WaitOptions};
use testbed::{wait_until, xdp_object, DEADLINE};

pub const RING: u32 = 16;

pub fn options(device: &str, frames: u32) -> OpenOptions {
    OpenOptions::new(device)
        .mode(Mode::Copy)
        .frame_count(frames)
        .ring_size(RING)
        .queue_wait(DEADLINE)
        .redirect(Redirect::Object(xdp_object().into()))
}

pub fn open(device: &str, frames: u32) -> Port {
    Port::open(&options(device, frames)).unwrap()
}

/// Waits for so many packets.
pub fn receive(port: &Port, count: usize) -> Vec<Packet<'_>> {
    let start = Instant::now();
    let mut packets = Vec::new();
    while packets.len() < count {
        packets.extend(port.receive(count - packets.len()));
        assert!(start.elapsed() < DEADLINE, "{} came", packets.len());
        if packets.len() < count {
            port.wait(&WaitOptions::new().timeout(DEADLINE)).unwrap();
        }
    }
    packets
}

pub fn numbered(port: &Port, number: u32) -> Packet<'_> {
    let mut packet = port.allocate().unwrap();
    packet.grow_back(64).unwrap();
    packet[..12].fill(0xff);
    packet[12..14].copy_from_slice(&[0x88, 0xb5]);
    packet[14..18].copy_from_slice(&number.to_be_bytes());
    packet
}

pub fn number_of(packet: &Packet<'_>) -> u32 {
    u32::from_be_bytes(packet[14..18].try_into().unwrap())
}

pub fn total(counts: FrameCounts) -> usize {
    counts.free + counts.held + counts.filled + counts.received + counts.sending
}

/// Until the kernel has nothing of it but what is on the fill ring.
pub fn settle(port: &Port) -> FrameCounts {
    wait_until("nothing is on its way", || {
        port.flush().unwrap();
        port.frames().sending == 0
    });
    port.frames()
}
