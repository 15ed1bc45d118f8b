//! An AF_XDP socket: four rings, and the system calls that have the kernel work on them.
use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::io::Errno;
use rustix::net::sockopt::{xdp_mmap_offsets, xdp_statistics};
use rustix::net::xdp::{
    XDP_PGOFF_RX_RING, XDP_PGOFF_TX_RING, XDP_UMEM_PGOFF_COMPLETION_RING, XDP_UMEM_PGOFF_FILL_RING,
};
use rustix::net::{recv, send, RecvFlags, SendFlags};

use crate::stats::{Counters, KernelStats};
use crate::sys::frames::{Frame, Frames};
use crate::sys::ring::{Consumer, Descriptor, Mapped, Producer};

/// Where the index into a route is in the options of a descriptor.
const EDGE_SHIFT: u32 = 16;

/// How many entries the rings have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingSizes {
    pub rx: u32,
    pub tx: u32,
    pub fill: u32,
    pub completion: u32,
}

pub(crate) struct Socket {
    fd: OwnedFd,
    busy_poll: bool,
    rx: Consumer<Mapped<Descriptor>>,
    tx: Producer<Mapped<Descriptor>>,
    fill: Producer<Mapped<u64>>,
    completion: Consumer<Mapped<u64>>,
    /// The program was told that TX is full, and wait() has not seen room since.
    blocked: Cell<bool>,
    /// When wait() last knew of packets, and how many there had been by then.
    last_packet: Cell<Option<Instant>>,
    packets_seen: Cell<u64>,
    pub(crate) counters: Counters,
}

impl Socket {
    /// Of a socket that has its rings already.
    pub(crate) fn new(fd: OwnedFd, sizes: RingSizes, busy_poll: bool) -> io::Result<Self> {
        let offsets = xdp_mmap_offsets(&fd)?;
        let socket = fd.as_fd();
        let rx = Mapped::new(socket, XDP_PGOFF_RX_RING, &offsets.rx, sizes.rx)?;
        let tx = Mapped::new(socket, XDP_PGOFF_TX_RING, &offsets.tx, sizes.tx)?;
        let fill = Mapped::new(socket, XDP_UMEM_PGOFF_FILL_RING, &offsets.fr, sizes.fill)?;
        let page = XDP_UMEM_PGOFF_COMPLETION_RING;
        let completion = Mapped::new(socket, page, &offsets.cr, sizes.completion)?;
        Ok(Self {
            rx: Consumer::new(rx),
            tx: Producer::new(tx),
            fill: Producer::new(fill),
            completion: Consumer::new(completion),
            fd,
            busy_poll,
            blocked: Cell::new(false),
            last_packet: Cell::new(None),
            packets_seen: Cell::new(0),
            counters: Counters::default(),
        })
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    pub(crate) fn receive<'a>(&self, frames: &'a Frames) -> Option<(Frame<'a>, Range<u32>)> {
        loop {
            let Descriptor { addr, len, .. } = self.rx.read()?;
            if let Some(packet) = frames.accept(addr, len) {
                self.counters.rx_packets.add(1);
                self.counters.rx_bytes.add(len.into());
                return Some(packet);
            }
        }
    }

    /// Lets the kernel have the room on RX of what was received.
    pub(crate) fn release_rx(&self) {
        self.rx.release();
    }

    /// The kernel is not told yet. The frame comes back if there is no room.
    pub(crate) fn send<'a>(
        &self,
        frame: Frame<'a>,
        range: Range<u32>,
        edge: u32,
    ) -> Result<(), Frame<'a>> {
        if self.tx.room(1) == 0 {
            self.counters.tx_full.add(1);
            self.blocked.set(true);
            return Err(frame);
        }
        let len = range.end - range.start;
        self.tx.write(Descriptor {
            addr: frame.lend() + u64::from(range.start),
            len,
            options: edge << EDGE_SHIFT,
        });
        self.counters.tx_packets.add(1);
        self.counters.tx_bytes.add(len.into());
        Ok(())
    }

    pub(crate) fn tx_room(&self) -> u32 {
        let room = self.tx.room(self.tx.size());
        if room == 0 {
            self.blocked.set(true);
        }
        room
    }

    pub(crate) fn tx_pending(&self) -> u32 {
        self.tx.pending()
    }

    pub(crate) fn filled(&self) -> u32 {
        self.fill.pending()
    }

    pub(crate) fn received(&self) -> u32 {
        self.rx.available()
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.get()
    }

    /// As poll(POLLOUT): room for one packet would make the program come back for each.
    fn has_room(&self) -> bool {
        self.tx.pending() <= self.tx.size() / 2
    }

    pub(crate) fn is_ready(&self) -> bool {
        if self.blocked.get() {
            self.has_room()
        } else {
            self.rx.available() > 0
        }
    }

    /// is_ready(), and remembers when that was.
    pub(crate) fn note_ready(&self, now: Instant) -> bool {
        if !self.is_ready() {
            return false;
        }
        if !self.blocked.replace(false) {
            self.last_packet.set(Some(now));
        }
        true
    }

    /// When the last packets came, as far as is known.
    pub(crate) fn last_packet(&self, now: Instant) -> Option<Instant> {
        let packets = self.counters.rx_packets.get();
        if self.packets_seen.replace(packets) != packets {
            self.last_packet.set(Some(now));
        }
        self.last_packet.get()
    }

    /// Does all that is to be done before a program may sleep. Returns whether the kernel has to be called again
    /// before long, as no event tells when. A device that is down is no error.
    pub(crate) fn tend(&self, frames: &Frames) -> Result<bool, Errno> {
        // Where packets came from is given back before they are sent on: who takes them says from then on whose they are.
        self.rx.release();
        self.tx.publish();
        let recycled = tolerate(self.recycle(frames))?;
        let kicked = tolerate(self.kick_tx())?;
        let again = recycled == Later::Again || kicked == Later::Again;
        Ok(again || self.tx_wants_kick() || self.starves(frames))
    }

    /// Frames that the kernel is done with become free, and free ones go on the fill ring.
    fn recycle(&self, frames: &Frames) -> Result<(), Errno> {
        while let Some(addr) = self.completion.read() {
            frames.reclaim(addr);
            self.counters.tx_completed.add(1);
        }
        self.completion.release();
        while self.fill.room(1) > 0 {
            let Some(addr) = frames.lend_free() else {
                break;
            };
            self.fill.write(addr);
        }
        self.fill.publish();
        if !self.fill.wants_wakeup() {
            return Ok(());
        }
        self.poll_device()
    }

    fn tx_wants_kick(&self) -> bool {
        self.tx.pending() > 0 && self.tx.wants_wakeup()
    }

    /// As a call in copy mode takes no more than 32 packets, it calls as often as that has an effect.
    fn kick_tx(&self) -> Result<(), Errno> {
        let mut pending = self.tx.pending();
        if !self.busy_poll && !self.tx_wants_kick() {
            return Ok(());
        }
        loop {
            let before = pending;
            self.counters.kicks.add(1);
            match send(&self.fd, &[], SendFlags::DONTWAIT) {
                Ok(_) => return Ok(()),
                Err(Errno::AGAIN | Errno::BUSY | Errno::NOBUFS) => {}
                Err(error) => return Err(error),
            }
            pending = self.tx.pending();
            if pending == 0 {
                return Ok(());
            }
            if pending >= before {
                return Err(Errno::AGAIN);
            }
        }
    }

    fn poll_device(&self) -> Result<(), Errno> {
        self.counters.kicks.add(1);
        recv(&self.fd, &mut [][..] as &mut [u8], RecvFlags::DONTWAIT).map(|_| ())
    }

    /// Fails with ENXIO if it is gone.
    pub(crate) fn check_device(&self) -> Result<(), Errno> {
        tolerate(self.poll_device()).map(|_| ())
    }

    /// Runs the driver's NAPI poll, where system calls are to do that.
    pub(crate) fn poll_busily(&self) {
        if self.busy_poll {
            let _ = self.poll_device();
        }
    }

    /// Whether packets can come only once the kernel is done with some that were sent: poll() cannot tell.
    fn starves(&self, frames: &Frames) -> bool {
        self.fill.pending() == 0 && frames.free() == 0
    }

    pub(crate) fn kernel_stats(&self) -> io::Result<KernelStats> {
        let stats = xdp_statistics(&self.fd)?;
        Ok(KernelStats {
            rx_dropped: stats.rx_dropped,
            rx_invalid: stats.rx_invalid_descs,
            tx_invalid: stats.tx_invalid_descs,
            rx_ring_full: stats.rx_ring_full.unwrap_or_default(),
            fill_ring_empty: stats.rx_fill_ring_empty_descs.unwrap_or_default(),
            tx_ring_empty: stats.tx_ring_empty_descs.unwrap_or_default(),
        })
    }
}

#[derive(PartialEq, Eq)]
enum Later {
    No,
    Again,
}

/// What is no failure: the kernel can do no more for now, or the device is down.
fn tolerate(result: Result<(), Errno>) -> Result<Later, Errno> {
    match result {
        Ok(()) | Err(Errno::NETDOWN) => Ok(Later::No),
        Err(Errno::AGAIN) => Ok(Later::Again),
        Err(error) => Err(error),
    }
}
