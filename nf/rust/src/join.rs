use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::fs::{fcntl_get_seals, fstat, SealFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SocketFlags};

use crate::error::{Error, Trying};
use crate::monitor::{ask, receive, Monitor, Request};
use crate::port::Port;
use crate::protocol::{encode_join, Joined, Message};
use crate::socket::{RingSizes, Socket};
use crate::sys::frames::Frames;
use crate::sys::mapping::Mapping;
use crate::sys::owners::Owners;

/// Where the monitor listens unless told.
pub const MONITOR_PATH: &str = "/run/flash/monitor.sock";

const ANSWER_IN: Duration = Duration::from_secs(10);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Which function of which chain a program wants to be.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    chain: String,
    function: String,
    monitor: PathBuf,
    queue_wait: Duration,
}

impl JoinOptions {
    /// By the names in the chain file.
    pub fn new(chain: impl Into<String>, function: impl Into<String>) -> Self {
        Self {
            chain: chain.into(),
            function: function.into(),
            monitor: MONITOR_PATH.into(),
            queue_wait: Duration::ZERO,
        }
    }

    /// Where the monitor listens.
    pub fn monitor(mut self, path: impl Into<PathBuf>) -> Self {
        self.monitor = path.into();
        self
    }

    /// How long to ask again while the queue of the function is in use: the kernel lets go of one some time after the
    /// process that had it has ended.
    pub fn queue_wait(mut self, time: Duration) -> Self {
        self.queue_wait = time;
        self
    }
}

pub(crate) fn join(options: &JoinOptions) -> Result<Port, Error> {
    let start = Instant::now();
    loop {
        match join_once(options) {
            Err(error)
                if error.raw_os_error() == Some(Errno::AGAIN.raw_os_error())
                    && start.elapsed() < options.queue_wait =>
            {
                thread::sleep(ASK_AGAIN_AFTER);
            }
            outcome => return outcome,
        }
    }
}

fn join_once(options: &JoinOptions) -> Result<Port, Error> {
    let JoinOptions {
        chain,
        function,
        monitor,
        ..
    } = options;
    let join = encode_join(chain, function)
        .ok_or_else(|| Error::Option("a name has 1 to 31 bytes".into()))?;
    let request = Request {
        path: monitor.clone(),
        join,
    };
    let asking = || format!("asking the monitor at {}", monitor.display());
    let connection = ask(&request, &[], SocketFlags::empty()).trying(asking)?;
    let (message, fds) = await_answer(&connection).trying(asking)?;
    match message {
        Some(Message::Joined(joined)) => {
            let mut fds = fds.into_iter();
            let socket = fds
                .next()
                .ok_or(Error::Protocol("no socket and memory came"))?;
            take(&joined, socket, fds.collect(), request, connection)
        }
        Some(Message::Refused { errno, why }) => Err(Error::Refused {
            why,
            source: io::Error::from_raw_os_error(errno),
        }),
        _ => Err(Error::Protocol("its answer is none")),
    }
}

fn await_answer(connection: &OwnedFd) -> Result<(Option<Message>, Vec<OwnedFd>), Errno> {
    let timeout = Timespec::try_from(ANSWER_IN).map_err(|_| Errno::INVAL)?;
    let mut fds = [PollFd::new(connection, PollFlags::IN)];
    if poll(&mut fds, Some(&timeout))? == 0 {
        return Err(Errno::TIMEDOUT);
    }
    receive(connection.as_fd(), RecvFlags::DONTWAIT)?.ok_or(Errno::CONNRESET)
}

fn take(
    joined: &Joined,
    socket: OwnedFd,
    memory: Vec<OwnedFd>,
    request: Request,
    connection: OwnedFd,
) -> Result<Port, Error> {
    let frames = take_frames(joined, &memory)?;
    let Joined {
        rx,
        tx,
        fill,
        completion,
        edges,
        ..
    } = *joined;
    let sizes = RingSizes {
        rx,
        tx,
        fill,
        completion,
    };
    if [rx, tx, fill, completion]
        .iter()
        .any(|size| !size.is_power_of_two())
    {
        return Err(Error::Protocol("the size of a ring is no power of two"));
    }
    let socket = Socket::new(socket, sizes, false).trying(|| "mapping the rings".into())?;
    let monitor = Monitor::new(request, memory, connection);
    let port = Port::new(socket, frames, None, Some(monitor), edges);
    port.tend()?;
    Ok(port)
}

/// All frames of a memory of its own, or those that are its own of one that functions share.
fn take_frames(joined: &Joined, fds: &[OwnedFd]) -> Result<Frames, Error> {
    let map = |fd, len| Mapping::of_file(fd, len).trying(|| "mapping the memory".into());
    let Joined {
        frame_size,
        frame_count,
        owner,
        own_frames,
        ..
    } = *joined;
    match (u8::try_from(owner).unwrap_or_default(), fds) {
        (0, [memory]) => {
            let memory = map(memory, check_memory(joined, memory)?)?;
            let frames = Frames::new(memory, frame_size);
            if !frames.add(0..own_frames) {
                return Err(Error::Protocol("there are no such frames"));
            }
            Ok(frames)
        }
        (1.., [memory, owners]) => {
            let len = frame_count as usize;
            check_len(owners, len as u64)?;
            let memory = map(memory, check_memory(joined, memory)?)?;
            let owners = Owners::new(map(owners, len)?, owner as u8);
            Ok(Frames::shared(memory, frame_size, owners))
        }
        _ => Err(Error::Protocol("no socket and memory came")),
    }
}

/// How long it is.
fn check_memory(joined: &Joined, umem: &OwnedFd) -> Result<usize, Error> {
    let Joined {
        frame_size,
        frame_count,
        ..
    } = *joined;
    if !matches!(frame_size, 2048 | 4096) {
        return Err(Error::Protocol("the size of a frame cannot be"));
    }
    let len = u64::from(frame_size) * u64::from(frame_count);
    check_len(umem, len)?;
    usize::try_from(len).map_err(|_| Error::Protocol("the memory is too large"))
}

/// It has to stay as long: a program that touches what is not there any more is killed.
fn check_len(memory: &OwnedFd, len: u64) -> Result<(), Error> {
    let there = fstat(memory)
        .trying(|| "looking at the memory".into())?
        .st_size;
    if len == 0 || u64::try_from(there).map_or(true, |there| len > there) {
        return Err(Error::Protocol("the memory is too small"));
    }
    if !fcntl_get_seals(memory).is_ok_and(|seals| seals.contains(SealFlags::SHRINK)) {
        return Err(Error::Protocol("the memory could shrink"));
    }
    Ok(())
}
