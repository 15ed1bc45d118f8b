use std::cell::Cell;

/// What a port has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Packets that were received.
    pub rx_packets: u64,
    /// Their bytes.
    pub rx_bytes: u64,
    /// Packets that were sent.
    pub tx_packets: u64,
    /// Their bytes.
    pub tx_bytes: u64,
    /// How often there was no room to send.
    pub tx_full: u64,
    /// System calls that had the kernel go on.
    pub kicks: u64,
    /// How often [`Port::wait`](crate::Port::wait) slept.
    pub sleeps: u64,
    /// How often it found work without.
    pub busy_waits: u64,
    /// What the kernel said of frames and cannot be, such as that it gives back one that it does not have.
    pub impossible: u64,
    /// What the kernel counts.
    pub kernel: KernelStats,
}

/// What the kernel counts, see `struct xdp_statistics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KernelStats {
    /// Packets that were dropped for other reasons than those below.
    pub rx_dropped: u64,
    /// Frames of the fill ring that the kernel refused.
    pub rx_invalid: u64,
    /// Packets that the kernel refused to send.
    pub tx_invalid: u64,
    /// Packets that were dropped because RX was full.
    pub rx_ring_full: u64,
    /// How often the fill ring was empty.
    pub fill_ring_empty: u64,
    /// How often there was nothing to send.
    pub tx_ring_empty: u64,
}

/// Where the frames are of a port that has its memory for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameCounts {
    /// With nobody.
    pub free: usize,
    /// Packets that the program has.
    pub held: usize,
    /// On the fill ring.
    pub filled: usize,
    /// Received, but not by the program.
    pub received: usize,
    /// Sent, and not given back by the kernel.
    pub sending: usize,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub rx_packets: Counter,
    pub rx_bytes: Counter,
    pub tx_packets: Counter,
    pub tx_bytes: Counter,
    pub tx_full: Counter,
    pub tx_completed: Counter,
    pub kicks: Counter,
    pub sleeps: Counter,
    pub busy_waits: Counter,
}

#[derive(Default)]
pub(crate) struct Counter(Cell<u64>);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.set(self.0.get().wrapping_add(count));
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.get()
    }
}
