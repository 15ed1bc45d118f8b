use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use crate::error::{Error, Trying};
use crate::port::Port;

/// While busy: reading the clock costs more than a look.
const LOOKS_PER_CLOCK: u32 = 64;
/// What no event tells of is looked at this often while there is something to look for,
const NUDGE: Duration = Duration::from_millis(1);
/// and this often if not: whether the device, or the monitor, is still there.
const CHECK: Duration = Duration::from_secs(1);

/// How to wait.
#[derive(Clone, Debug, Default)]
pub struct WaitOptions<'a> {
    busy: Duration,
    timeout: Option<Duration>,
    wake: Option<BorrowedFd<'a>>,
}

impl<'a> WaitOptions<'a> {
    /// Asleep at once, and for ever.
    pub fn new() -> Self {
        Self::default()
    }

    /// Look for packets this long after the last ones came, before sleeping: nothing is as quick, and it costs a
    /// processor.
    pub fn busy(mut self, time: Duration) -> Self {
        self.busy = time;
        self
    }

    /// How long to wait, from the call on.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Wakes it when it becomes readable: a pipe that a signal handler writes to, for example. It is not read from,
    /// and is not looked at while there is work.
    pub fn wake(mut self, fd: BorrowedFd<'a>) -> Self {
        self.wake = Some(fd);
        self
    }
}

/// What [`wait`] has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// There are packets, or room.
    Ready,
    /// [`Port::edges`] or [`Port::leaving`] has changed. The latter stays so.
    Changed,
    /// The descriptor of [`WaitOptions::wake`] is readable.
    Woken,
    /// The time has passed.
    Timeout,
}

/// Does all that is to be done before a program may sleep, and waits until one of the ports has packets, or room on a
/// TX of which the program was told that it is full.
///
/// A port that is blocked asks for nothing but its room: what arrives there meanwhile stays on RX. A device that is
/// down is waited for. The chain goes on without a monitor.
///
/// # Errors
///
/// What the kernel says: [`Error::System`] with `ENXIO` if a device is gone, within a second.
pub fn wait(ports: &[&Port], options: &WaitOptions<'_>) -> Result<Wake, Error> {
    let start = Instant::now();
    let deadline = options.timeout.and_then(|time| start.checked_add(time));
    let edges: Vec<u32> = ports.iter().map(|port| port.edges()).collect();
    let has_changed = || {
        let mut both = ports.iter().zip(&edges);
        both.any(|(port, &edges)| port.leaving() || port.edges() != edges)
    };
    for port in ports {
        port.hear_in_passing();
    }
    if has_changed() {
        return Ok(Wake::Changed);
    }
    tend(ports)?;
    let last = ports
        .iter()
        .filter_map(|port| port.socket().last_packet(start))
        .max();
    if let Some(end) = last.and_then(|last| last.checked_add(options.busy)) {
        let end = deadline.map_or(end, |deadline| deadline.min(end));
        if start < end && look_busily(ports, end)? {
            return Ok(Wake::Ready);
        }
    }
    loop {
        for port in ports {
            port.hear();
        }
        if has_changed() {
            return Ok(Wake::Changed);
        }
        // The kernel is told all before the last look at the rings, which is poll()'s own.
        let again = tend(ports)?;
        let now = Instant::now();
        if note_ready(ports, now) {
            return Ok(Wake::Ready);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Wake::Timeout);
        }
        let patience = if again { NUDGE } else { CHECK };
        let time = left.map_or(patience, |left| left.min(patience));
        if sleep(ports, options.wake, time)? {
            return Ok(Wake::Woken);
        }
    }
}

fn tend(ports: &[&Port]) -> Result<bool, Error> {
    let mut again = false;
    for port in ports {
        again |= port.tend()?;
    }
    Ok(again)
}

fn note_ready(ports: &[&Port], now: Instant) -> bool {
    let ready = ports
        .iter()
        .filter(|port| port.socket().note_ready(now))
        .count();
    ready > 0
}

/// Until there is something to do, or the time has come.
fn look_busily(ports: &[&Port], end: Instant) -> Result<bool, Error> {
    loop {
        for _ in 0..LOOKS_PER_CLOCK {
            if ports.iter().any(|port| port.socket().is_ready()) {
                note_ready(ports, Instant::now());
                ports[0].socket().counters.busy_waits.add(1);
                return Ok(true);
            }
            std::hint::spin_loop();
        }
        tend(ports)?;
        for port in ports {
            port.socket().poll_busily();
        }
        if Instant::now() >= end {
            return Ok(false);
        }
    }
}

/// Returns whether `wake` is readable. Signals do not end it.
fn sleep(ports: &[&Port], wake: Option<BorrowedFd<'_>>, time: Duration) -> Result<bool, Error> {
    let connections: Vec<_> = ports
        .iter()
        .filter_map(|port| port.monitor())
        .map(|monitor| monitor.connection())
        .collect();
    let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(2 * ports.len() + 1);
    for port in ports {
        let socket = port.socket();
        let event = if socket.is_blocked() {
            PollFlags::OUT
        } else {
            PollFlags::IN
        };
        socket.counters.sleeps.add(1);
        fds.push(PollFd::from_borrowed_fd(socket.fd(), event));
    }
    let connected = connections.iter().filter_map(|each| each.as_ref());
    fds.extend(connected.map(|fd| PollFd::new(fd, PollFlags::IN)));
    fds.extend(wake.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));

    let timeout = Timespec::try_from(time).ok();
    match poll(&mut fds, timeout.as_ref()) {
        // Nothing wakes who sleeps on a device that goes.
        Ok(0) if time == CHECK => check_devices(ports)?,
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error).trying(|| "sleeping".into()),
    }
    Ok(wake.is_some() && fds.last().is_some_and(|fd| !fd.revents().is_empty()))
}

fn check_devices(ports: &[&Port]) -> Result<(), Error> {
    for port in ports {
        let checked = port.socket().check_device();
        checked.trying(|| "waiting for a device".into())?;
    }
    Ok(())
}
