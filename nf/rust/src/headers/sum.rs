//! Internet checksums (RFC 1071, RFC 1624).
use super::{get16, put16};

/// Adds bytes to a sum that is not folded. They are at an even place of what is summed.
pub fn add(sum: u64, bytes: &[u8]) -> u64 {
    bytes.chunks(2).fold(sum, |sum, pair| {
        let second = pair.get(1).copied().unwrap_or_default();
        sum + u64::from(u16::from_be_bytes([pair[0], second]))
    })
}

/// What is written into a header. For UDP, where 0 means that there is none, write `0xffff` in its place.
pub fn finish(mut sum: u64) -> u16 {
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// What the sum at `at` has to be when bytes, an even number at an even place, change. A sum that was wrong stays wrong.
///
/// # Panics
///
/// If the sum is not there, as an index does.
pub fn change(packet: &mut [u8], at: usize, from: &[u8], to: &[u8]) {
    let old = u64::from(!get16(packet, at));
    let gone = from
        .chunks_exact(2)
        .fold(old, |sum, pair| sum + u64::from(!get16(pair, 0)));
    put16(packet, at, finish(add(gone, to)));
}

/// The same for UDP: no sum stays none, and none is made.
///
/// # Panics
///
/// If the sum is not there, as an index does.
pub fn change_udp(packet: &mut [u8], at: usize, from: &[u8], to: &[u8]) {
    if get16(packet, at) == 0 {
        return;
    }
    change(packet, at, from, to);
    if get16(packet, at) == 0 {
        put16(packet, at, 0xffff);
    }
}
