use std::error::Error;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flash_nf::{Port, WaitOptions, Wake};
use lexopt::Parser;
use rustix::time::{clock_gettime, ClockId};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::options::{self, Options, Place};
use crate::{Counts, Refusal};

/// What was taken in is sent, but a chain that stands still is not waited for.
const LAST_PACKETS: Duration = Duration::from_secs(1);

/// What a program is to this loop.
pub trait Program: Default {
    const NAME: &'static str;
    const USAGE: &'static str;
    const PASSES_ON: bool;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error>;
    fn check(&mut self) -> Result<(), Refusal>;
    fn swap_macs(&mut self);
    fn work(&mut self, port: &Port) -> Result<Next, flash_nf::Error>;
    fn replay(self, edges: u32) -> Result<(), Box<dyn Error>>;
    fn report(&self, counts: &mut Counts);
}

/// What is to be done after it has worked.
pub enum Next {
    /// Look for more.
    Again,
    /// Wait for packets, for so long at most.
    Wait(Option<Duration>),
}

pub fn main<P: Program>() -> ExitCode {
    let mut program = P::default();
    let options = match options::parse(std::env::args_os(), &mut program) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{}: {error}\n{}", P::NAME, options::usage::<P>());
            return ExitCode::from(2);
        }
    };
    match start(program, &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", P::NAME);
            ExitCode::FAILURE
        }
    }
}

fn start<P: Program>(mut program: P, options: &Options) -> Result<(), Box<dyn Error>> {
    let stop = Stop::on_signals()?;
    let port = match &options.place {
        Place::Device(options) => Port::open(options)?,
        Place::Chain(options) => Port::join(options)?,
        Place::Replay(edges) => return program.replay(*edges),
    };
    println!("ready");
    std::io::stdout().flush()?;
    let result = go_on(&mut program, &port, options, &stop);
    report(&program, &port)?;
    Ok(result?)
}

/// Is set by a signal, which also wakes who waits.
struct Stop {
    wanted: Arc<AtomicBool>,
    wake: UnixStream,
}

impl Stop {
    fn on_signals() -> std::io::Result<Self> {
        let (wake, waker) = UnixStream::pair()?;
        let wanted = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            signal_hook::flag::register(signal, Arc::clone(&wanted))?;
            signal_hook::low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        Ok(Self { wanted, wake })
    }

    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }
}

fn go_on<P: Program>(
    program: &mut P,
    port: &Port,
    options: &Options,
    stop: &Stop,
) -> Result<(), flash_nf::Error> {
    let usual = WaitOptions::new()
        .busy(options.busy)
        .wake(stop.wake.as_fd());
    while !stop.is_wanted() {
        let most = match program.work(port)? {
            Next::Again => {
                port.flush()?;
                continue;
            }
            Next::Wait(most) => most,
        };
        let wait = match most {
            Some(time) => usual.clone().timeout(time),
            None => usual.clone(),
        };
        if port.leaving() || port.wait(&wait)? == Wake::Woken {
            break;
        }
    }
    let start = Instant::now();
    let brief = WaitOptions::new().timeout(Duration::from_millis(1));
    while port.pending() > 0 && start.elapsed() < LAST_PACKETS {
        port.wait(&brief)?;
    }
    Ok(())
}

fn report<P: Program>(program: &P, port: &Port) -> Result<(), flash_nf::Error> {
    let stats = port.stats()?;
    let mut counts = Counts::default();
    for (name, count) in [
        ("received", stats.rx_packets),
        ("sent", stats.tx_packets),
        ("full", stats.tx_full),
        ("kicks", stats.kicks),
        ("sleeps", stats.sleeps),
        ("busyWaits", stats.busy_waits),
        ("held", port.frames().held as u64),
        ("refused", stats.kernel.tx_invalid),
        ("rxDropped", stats.kernel.rx_dropped),
    ] {
        counts.add(name, count);
    }
    program.report(&mut counts);
    println!("{counts}");
    Ok(())
}

/// `CLOCK_MONOTONIC`
pub fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
