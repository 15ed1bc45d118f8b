use std::cell::Cell;
use std::os::fd::{AsFd, BorrowedFd};

use crate::error::{Error, Trying};
use crate::join::{self, JoinOptions};
use crate::monitor::Monitor;
use crate::open::{self, OpenOptions};
use crate::packet::Packet;
use crate::redirect::Attached;
use crate::socket::Socket;
use crate::stats::{FrameCounts, Stats};
use crate::sys::frames::Frames;
use crate::wait::{wait, WaitOptions, Wake};

/// A socket of a network function with all that belongs to it.
///
/// It belongs to one thread at a time, which may be another one than that which opened it, as long as there are no
/// packets of it. When it is dropped the function has left the chain, and what is on its rings is lost.
pub struct Port {
    /// Dropped first: no more packets come.
    _attached: Option<Attached>,
    socket: Socket,
    frames: Frames,
    monitor: Option<Monitor>,
    edges: Cell<u32>,
    leaving: Cell<bool>,
}

impl Port {
    /// Opens a socket on a queue of a device, which takes CAP_NET_RAW, and for what hands it packets CAP_NET_ADMIN and
    /// CAP_BPF.
    ///
    /// # Errors
    ///
    /// [`Error::System`] with `ENODEV` if there is no such device, with `EBUSY` if the queue is in use, or what else
    /// the kernel says; [`Error::Option`] for sizes that cannot be; [`Error::Xdp`].
    pub fn open(options: &OpenOptions) -> Result<Self, Error> {
        open::open(options)
    }

    /// Becomes a function of a chain, for which no privilege is needed.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the reason of the monitor, [`Error::System`] if there is none, [`Error::Protocol`],
    /// or [`Error::Option`] for names that cannot be.
    pub fn join(options: &JoinOptions) -> Result<Self, Error> {
        join::join(options)
    }

    pub(crate) fn new(
        socket: Socket,
        frames: Frames,
        attached: Option<Attached>,
        monitor: Option<Monitor>,
        edges: u32,
    ) -> Self {
        Self {
            _attached: attached,
            socket,
            frames,
            monitor,
            edges: Cell::new(edges),
            leaving: Cell::new(false),
        }
    }

    /// The packets that have come, `max` at most. Those that the iterator is not asked for stay where they are.
    pub fn receive(&self, max: usize) -> Received<'_> {
        Received {
            port: self,
            left: max,
        }
    }

    /// A new packet, of no bytes, if there is a free frame. Free frames go on the fill ring as long as there is room: a
    /// program that makes packets of its own has more frames than the rings have entries.
    pub fn allocate(&self) -> Option<Packet<'_>> {
        self.frames
            .allocate()
            .map(|frame| Packet::empty(self, frame))
    }

    /// How many packets can be sent. A program that is told 0 is blocked, and [`Port::wait`] waits for room.
    pub fn room(&self) -> usize {
        self.socket.tx_room() as usize
    }

    /// How many packets were sent that the kernel has not taken.
    pub fn pending(&self) -> usize {
        self.socket.tx_pending() as usize
    }

    /// Lets go what was sent, gives free frames to the kernel, and calls it if it wants to be called. A program that
    /// always has packets to work on does this after each batch; [`Port::wait`] does it, too.
    ///
    /// # Errors
    ///
    /// What the kernel says. A device that is down is no error: what was sent waits for it.
    pub fn flush(&self) -> Result<(), Error> {
        self.hear_in_passing();
        self.tend().map(|_| ())
    }

    /// Does what [`Port::flush`] does, and waits until there are packets, or room if the program was told that there
    /// is none.
    ///
    /// # Errors
    ///
    /// What the kernel says: [`Error::System`] with `ENXIO` if the device is gone, within a second.
    pub fn wait(&self, options: &WaitOptions<'_>) -> Result<Wake, Error> {
        wait(&[self], options)
    }

    /// How many edges there are to choose from: 1 for who opened the port itself, which leads onto the wire. It
    /// changes in [`Port::flush`] and [`Port::wait`] alone.
    pub fn edges(&self) -> u32 {
        self.edges.get()
    }

    /// Whether the monitor wants it to go: nothing more is sent to it. It works on what has come, has what was sent
    /// go, and drops the port.
    pub fn leaving(&self) -> bool {
        self.leaving.get()
    }

    /// Whether there is a monitor that knows of it. If not, [`Port::wait`] looks for one every second.
    pub fn monitored(&self) -> bool {
        self.monitor.as_ref().is_some_and(Monitor::knows)
    }

    /// What it has done so far.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn stats(&self) -> Result<Stats, Error> {
        let counters = &self.socket.counters;
        let kernel = self
            .socket
            .kernel_stats()
            .trying(|| "reading statistics".into())?;
        Ok(Stats {
            rx_packets: counters.rx_packets.get(),
            rx_bytes: counters.rx_bytes.get(),
            tx_packets: counters.tx_packets.get(),
            tx_bytes: counters.tx_bytes.get(),
            tx_full: counters.tx_full.get(),
            kicks: counters.kicks.get(),
            sleeps: counters.sleeps.get(),
            busy_waits: counters.busy_waits.get(),
            impossible: self.frames.impossible(),
            kernel,
        })
    }

    /// Where its frames are.
    pub fn frames(&self) -> FrameCounts {
        let counters = &self.socket.counters;
        let sending = counters
            .tx_packets
            .get()
            .saturating_sub(counters.tx_completed.get());
        FrameCounts {
            free: self.frames.free(),
            held: self.frames.held() as usize,
            filled: self.socket.filled() as usize,
            received: self.socket.received() as usize,
            sending: sending as usize,
        }
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(crate) fn monitor(&self) -> Option<&Monitor> {
        self.monitor.as_ref()
    }

    pub(crate) fn set_edges(&self, edges: u32) {
        self.edges.set(edges);
    }

    pub(crate) fn leave(&self) {
        self.leaving.set(true);
    }

    /// Whether the kernel has to be called again before long.
    pub(crate) fn tend(&self) -> Result<bool, Error> {
        self.socket
            .tend(&self.frames)
            .trying(|| "working on the rings".into())
    }

    /// Handles what the monitor has said, and looks for one if there is none. Never waits.
    pub(crate) fn hear(&self) {
        if let Some(monitor) = &self.monitor {
            monitor.hear(self);
        }
    }

    /// The same, but not so often that a system call would be noticed.
    pub(crate) fn hear_in_passing(&self) {
        if let Some(monitor) = &self.monitor {
            monitor.hear_in_passing(self);
        }
    }
}

/// Its AF_XDP socket: for poll(), not to be closed, bound or read from.
impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.fd()
    }
}

impl std::fmt::Debug for Port {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Port")
            .field("edges", &self.edges())
            .field("frames", &self.frames())
            .finish_non_exhaustive()
    }
}

/// The packets of one [`Port::receive`].
#[must_use = "no packet is received unless it is asked for"]
#[derive(Debug)]
pub struct Received<'p> {
    port: &'p Port,
    left: usize,
}

impl<'p> Iterator for Received<'p> {
    type Item = Packet<'p>;

    fn next(&mut self) -> Option<Packet<'p>> {
        self.left = self.left.checked_sub(1)?;
        let (frame, range) = self.port.socket.receive(&self.port.frames)?;
        Some(Packet::received(self.port, frame, range))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        self.port.socket.release_rx();
    }
}
