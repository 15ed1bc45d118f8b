use std::error::Error;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flash_nf::{Port, WaitOptions, Wake};
use rustix::time::{clock_gettime, ClockId};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::options::{Options, Place};
use crate::{replay, Counts, Function};

const BATCH: usize = 64;
const MAC_LEN: usize = 6;
/// What was taken in is sent, but a chain that stands still is not waited for.
const LAST_PACKETS: Duration = Duration::from_secs(1);

struct Run<'a, F> {
    function: F,
    port: &'a Port,
    swap_macs: bool,
    dropped: u64,
}

pub fn start<F: Function>(function: F, options: &Options) -> Result<(), Box<dyn Error>> {
    let stop = Stop::on_signals()?;
    let port = match &options.place {
        Place::Device(options) => Port::open(options)?,
        Place::Chain(options) => Port::join(options)?,
        Place::Replay(edges) => return replay::replay(function, *edges),
    };
    println!("ready");
    std::io::stdout().flush()?;
    let mut run = Run {
        function,
        port: &port,
        swap_macs: options.swap_macs,
        dropped: 0,
    };
    let result = run.go_on(options, &stop);
    run.report()?;
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

impl<F: Function> Run<'_, F> {
    fn go_on(&mut self, options: &Options, stop: &Stop) -> Result<(), flash_nf::Error> {
        let port = self.port;
        let wait = WaitOptions::new()
            .busy(options.busy)
            .wake(stop.wake.as_fd());
        while !stop.is_wanted() {
            if self.work() > 0 {
                port.flush()?;
            } else if port.leaving() || port.wait(&wait)? == Wake::Woken {
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

    /// Returns how many came.
    fn work(&mut self) -> usize {
        let mut count = 0;
        for mut packet in self.port.receive(self.port.room().min(BATCH)) {
            if count == 0 {
                self.function.begin(now(), self.port.edges());
            }
            count += 1;
            let Some(edge) = self.function.handle(&mut packet) else {
                self.dropped += 1;
                continue;
            };
            if self.swap_macs {
                swap_macs(&mut packet);
            }
            // There is room.
            let _ = packet.send(edge);
        }
        if count > 0 {
            self.function.end();
        }
        count
    }

    fn report(&self) -> Result<(), flash_nf::Error> {
        let stats = self.port.stats()?;
        let mut counts = Counts::default();
        for (name, count) in [
            ("received", stats.rx_packets),
            ("sent", stats.tx_packets),
            ("dropped", self.dropped),
            ("full", stats.tx_full),
            ("kicks", stats.kicks),
            ("sleeps", stats.sleeps),
            ("busyWaits", stats.busy_waits),
            ("held", self.port.frames().held as u64),
            ("refused", stats.kernel.tx_invalid),
            ("rxDropped", stats.kernel.rx_dropped),
        ] {
            counts.add(name, count);
        }
        self.function.report(&mut counts);
        println!("{counts}");
        Ok(())
    }
}

fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

fn swap_macs(packet: &mut [u8]) {
    if packet.len() >= 2 * MAC_LEN {
        let (destination, rest) = packet.split_at_mut(MAC_LEN);
        destination.swap_with_slice(&mut rest[..MAC_LEN]);
    }
}
