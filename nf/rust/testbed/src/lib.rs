//! What tests of network functions have in common: a place to run, and somebody to talk to.
//!
//! ```text
//!   one fresh network namespace, which the thread of the test is in
//!  +------------------------------------------------+
//!  |  a ============== veth pair ============== b   |  one queue on either side, no IPv6
//!  |  no address: 10.0.0.1        the kernel's stack: 10.0.0.2  |
//!  |  is who answers here                           |
//!  +------------------------------------------------+
//! ```
pub mod frames;
mod host;
mod monitor;
mod place;
mod program;
mod replay;
mod scratch;
mod talk;
mod wire;

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::thread::{unshare_unsafe, UnshareFlags};

pub use host::{make_hub, Host};
pub use monitor::Monitor;
pub use place::{Place, RING_SIZE};
pub use program::{both, on_device, Report, Running};
pub use replay::{both_to_replay, cut, replay, replay_both, replay_each, spoil, Replayed};
pub use scratch::Scratch;
pub use talk::{bind_udp, echo, exchange, BYTES};
pub use wire::Wire;

/// How long anything may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Hands packets to sockets.
pub fn xdp_object() -> &'static Path {
    Path::new(env!("XSK_REDIRECT"))
}

/// Puts this thread, and those that it starts, in a network namespace of its own, with the pair.
pub fn make_veth() {
    // SAFETY: no descriptors are unshared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.expect("only root has network namespaces");
    fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1").unwrap();
    for line in [
        "ip link add name a address 02:00:00:00:00:01 numtxqueues 1 numrxqueues 1 \
         type veth peer name b address 02:00:00:00:00:02 numtxqueues 1 numrxqueues 1",
        "ethtool -K b tx off",
        "ip link set dev a up",
        "ip link set dev b up",
        "ip address add 10.0.0.2/24 dev b",
        "ip neighbour add 10.0.0.1 lladdr 02:00:00:00:00:01 dev b nud permanent",
    ] {
        run(line);
    }
}

/// Mounts a BPF filesystem on a folder, for this thread alone.
pub fn mount_bpf(folder: &Path) {
    // SAFETY: no descriptors are unshared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }.unwrap();
    run("mount --make-rprivate /");
    run(&format!("mount -t bpf bpf {}", folder.display()));
}

/// Words with blanks between them.
pub fn run(line: &str) {
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap())
        .args(words)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {error}");
}

/// A socket of the kernel at b, which talks to 10.0.0.1.
pub fn udp() -> UdpSocket {
    let socket = UdpSocket::bind("10.0.0.2:7000").unwrap();
    socket.connect("10.0.0.1:7").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

/// Where the payload of a UDP datagram is.
pub const PAYLOAD_AT: usize = 14 + 20 + 8;

/// Makes a UDP datagram one from its destination to its source. The sums stay right.
pub fn turn_around(packet: &mut [u8]) {
    let mut swap = |first: usize, second: usize, len: usize| {
        for at in 0..len {
            packet.swap(first + at, second + at);
        }
    };
    swap(0, 6, 6);
    swap(26, 30, 4);
    swap(34, 36, 2);
}

/// Looks until it is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < DEADLINE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
