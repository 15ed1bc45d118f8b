use std::io;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::netdevice::name_to_index;
use rustix::net::sockopt::{
    set_xdp_rx_ring_size, set_xdp_tx_ring_size, set_xdp_umem_completion_ring_size,
    set_xdp_umem_fill_ring_size, set_xdp_umem_reg,
};
use rustix::net::xdp::{SocketAddrXdp, SocketAddrXdpFlags, XdpUmemReg, XdpUmemRegFlags};
use rustix::net::{bind, socket_with, AddressFamily, SocketFlags, SocketType};

use crate::error::{Error, Trying};
use crate::port::Port;
use crate::redirect::{Attached, Redirect};
use crate::socket::{RingSizes, Socket};
use crate::sys::frames::Frames;
use crate::sys::mapping::Mapping;
use crate::sys::options::poll_busily;

/// Whether packets are copied between the device and the memory of the port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Only if the driver can do no better.
    #[default]
    Auto,
    /// Always.
    Copy,
    /// Never: without a driver that can do without, the port is not opened.
    ZeroCopy,
}

/// What [`Port::open`] is to open.
///
/// ```no_run
/// use flash_nf::{Mode, OpenOptions, Port, Redirect};
///
/// # fn main() -> Result<(), flash_nf::Error> {
/// let options = OpenOptions::new("eth0")
///     .queue(3)
///     .mode(Mode::ZeroCopy)
///     .redirect(Redirect::Object("xsk_redirect.bpf.o".into()));
/// let port = Port::open(&options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions {
    device: String,
    queue: u32,
    frame_count: u32,
    frame_size: u32,
    ring_size: u32,
    mode: Mode,
    busy_poll: bool,
    queue_wait: Duration,
    redirect: Option<Redirect>,
}

impl OpenOptions {
    /// Queue 0 of a device, 4096 frames of 2048 bytes, and rings of 2048 entries.
    pub fn new(device: impl Into<String>) -> Self {
        Self {
            device: device.into(),
            queue: 0,
            frame_count: 4096,
            frame_size: 2048,
            ring_size: 2048,
            mode: Mode::Auto,
            busy_poll: false,
            queue_wait: Duration::ZERO,
            redirect: None,
        }
    }

    /// Which queue of the device.
    pub fn queue(mut self, queue: u32) -> Self {
        self.queue = queue;
        self
    }

    /// How many frames there are.
    pub fn frame_count(mut self, count: u32) -> Self {
        self.frame_count = count;
        self
    }

    /// How many bytes a frame has, 2048 or 4096.
    pub fn frame_size(mut self, bytes: u32) -> Self {
        self.frame_size = bytes;
        self
    }

    /// How many entries each of the four rings has: a power of two.
    pub fn ring_size(mut self, entries: u32) -> Self {
        self.ring_size = entries;
        self
    }

    /// Whether packets are copied.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Whether system calls run the driver's NAPI poll.
    pub fn busy_poll(mut self, busy_poll: bool) -> Self {
        self.busy_poll = busy_poll;
        self
    }

    /// How long to wait for a queue that is in use: the kernel lets go of one some time after the process that had it
    /// has ended.
    pub fn queue_wait(mut self, time: Duration) -> Self {
        self.queue_wait = time;
        self
    }

    /// What hands it the packets of its queue. Without, it has only what sockets send to it.
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.redirect = Some(redirect);
        self
    }

    fn check(&self) -> Result<(), Error> {
        let Self {
            frame_count,
            frame_size,
            ring_size,
            ..
        } = self;
        let refuse = |what: String| Err(Error::Option(what));
        if !matches!(frame_size, 2048 | 4096) {
            return refuse(format!("a frame has 2048 or 4096 bytes, not {frame_size}"));
        }
        if *frame_count == 0 || frame_count.checked_mul(*frame_size).is_none() {
            return refuse(format!("there cannot be {frame_count} frames"));
        }
        if !ring_size.is_power_of_two() {
            return refuse(format!("{ring_size} entries of a ring are no power of two"));
        }
        Ok(())
    }
}

pub(crate) fn open(options: &OpenOptions) -> Result<Port, Error> {
    options.check()?;
    let OpenOptions {
        device,
        queue,
        frame_count,
        frame_size,
        ..
    } = options;
    let place = || format!("opening queue {queue} of {device}");
    let len = *frame_count as usize * *frame_size as usize;
    let memory = Mapping::anonymous(len).trying(|| format!("allocating {frame_count} frames"))?;
    let frames = Frames::new(memory, *frame_size);
    frames.add(0..*frame_count);
    let socket = open_socket(options, &frames).trying(place)?;
    let attached = match &options.redirect {
        Some(redirect) => Some(Attached::new(redirect, device, *queue, socket.fd())?),
        None => None,
    };
    let port = Port::new(socket, frames, attached, None, 1);
    port.tend()?;
    Ok(port)
}

fn open_socket(options: &OpenOptions, frames: &Frames) -> io::Result<Socket> {
    let entries = options.ring_size;
    let fd = socket_with(
        AddressFamily::XDP,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let ifindex = index_of(&options.device)?;
    let memory = frames.memory();
    set_xdp_umem_reg(
        &fd,
        XdpUmemReg {
            addr: memory.start().as_ptr() as u64,
            len: memory.len() as u64,
            chunk_size: options.frame_size,
            headroom: 0,
            flags: XdpUmemRegFlags::empty(),
            tx_metadata_len: 0,
        },
    )?;
    set_xdp_umem_fill_ring_size(&fd, entries)?;
    set_xdp_umem_completion_ring_size(&fd, entries)?;
    set_xdp_rx_ring_size(&fd, entries)?;
    set_xdp_tx_ring_size(&fd, entries)?;
    let sizes = RingSizes {
        rx: entries,
        tx: entries,
        fill: entries,
        completion: entries,
    };
    let flags = SocketAddrXdpFlags::XDP_USE_NEED_WAKEUP | mode_flags(options.mode);
    let socket = Socket::new(fd, sizes, options.busy_poll)?;
    let address = SocketAddrXdp::new(flags, ifindex, options.queue);
    bind_in_time(&socket, &address, options.queue_wait)?;
    if options.busy_poll {
        poll_busily(socket.fd())?;
    }
    Ok(socket)
}

/// AF_XDP sockets do not answer this.
fn index_of(device: &str) -> Result<u32, Errno> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::DGRAM);
    let any = socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
    name_to_index(any, device)
}

fn mode_flags(mode: Mode) -> SocketAddrXdpFlags {
    match mode {
        Mode::Auto => SocketAddrXdpFlags::empty(),
        Mode::Copy => SocketAddrXdpFlags::XDP_COPY,
        Mode::ZeroCopy => SocketAddrXdpFlags::XDP_ZEROCOPY,
    }
}

fn bind_in_time(socket: &Socket, address: &SocketAddrXdp, wait: Duration) -> Result<(), Errno> {
    let start = Instant::now();
    loop {
        match bind(socket.fd(), address) {
            Err(Errno::BUSY) if start.elapsed() < wait => {
                std::thread::sleep(Duration::from_millis(1));
            }
            result => return result,
        }
    }
}
