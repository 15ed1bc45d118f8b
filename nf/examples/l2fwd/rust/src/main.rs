//! Forwards packets: see ../README.md.
#![forbid(unsafe_code)]
mod options;

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flash_nf::{Error, Packet, Port, WaitOptions, Wake};
use signal_hook::consts::{SIGINT, SIGTERM};

use options::{Options, Place};

const BATCH: usize = 64;
const MAC_LEN: usize = 6;
/// What was taken in is sent, but a chain that stands still is not waited for.
const LAST_PACKETS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = match options::parse(std::env::args_os()) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("l2fwd: {error}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match start(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("l2fwd: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let stop = Stop::on_signals()?;
    let port = match &options.place {
        Place::Device(options) => Port::open(options)?,
        Place::Chain(options) => Port::join(options)?,
    };
    println!("ready");
    std::io::stdout().flush()?;
    let result = run(&port, options, &stop);
    report(&port)?;
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

fn run(port: &Port, options: &Options, stop: &Stop) -> Result<(), Error> {
    let wait = WaitOptions::new()
        .busy(options.busy)
        .wake(stop.wake.as_fd());
    while !stop.is_wanted() {
        if forward(port, options.swap_macs) > 0 {
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
fn forward(port: &Port, swap: bool) -> usize {
    let mut count = 0;
    for mut packet in port.receive(port.room().min(BATCH)) {
        count += 1;
        if swap {
            swap_macs(&mut packet);
        }
        let edge = choose_edge(&packet, port.edges());
        // There is room.
        let _ = packet.send(edge);
    }
    count
}

fn swap_macs(packet: &mut Packet<'_>) {
    if packet.len() >= 2 * MAC_LEN {
        let (destination, rest) = packet.split_at_mut(MAC_LEN);
        destination.swap_with_slice(&mut rest[..MAC_LEN]);
    }
}

/// Where there are several targets, the last byte of the destination chooses.
fn choose_edge(packet: &[u8], edges: u32) -> u32 {
    match packet.get(MAC_LEN - 1) {
        Some(&byte) => u32::from(byte) % edges,
        None => 0,
    }
}

fn report(port: &Port) -> Result<(), Error> {
    let stats = port.stats()?;
    println!(
        "{{\"received\":{},\"sent\":{},\"full\":{},\"kicks\":{},\"sleeps\":{},\"busyWaits\":{},\
         \"held\":{},\"refused\":{}}}",
        stats.rx_packets,
        stats.tx_packets,
        stats.tx_full,
        stats.kicks,
        stats.sleeps,
        stats.busy_waits,
        port.frames().held,
        stats.kernel.tx_invalid,
    );
    Ok(())
}
