use std::sync::mpsc::{channel, Sender};
use std::thread;

use rustix::thread::{gettid, unshare_unsafe, UnshareFlags};

use crate::{make_veth, run};

type Job = Box<dyn FnOnce() + Send>;

/// Makes the pair of [`make_veth`], with a bridge at its end b in place of the kernel's stack. Hosts are at its other ports.
///
/// ```text
///   the network namespace of the test            one of each host
///  +-------------------------------------+      +----------------------------+
///  |  a ====== b  hub  h1 =================== eth  02:00:00:00:01:01  |
///  |              hub  h2 =================== eth  02:00:00:00:01:02  |
///  +-------------------------------------+      +----------------------------+
/// ```
pub fn make_hub() {
    make_veth();
    for line in [
        "ip address flush dev b",
        "ip link add hub type bridge mcast_snooping 0",
        "ip link set dev hub up",
        "ip link set dev b master hub",
    ] {
        run(line);
    }
}

/// A kernel's stack of its own, in a thread. It goes when it is dropped.
pub struct Host(Sender<Job>);

impl Host {
    /// Joins the hub, with a number that no other one has, and runs more command lines there.
    pub fn start(number: u8, lines: &[&str]) -> Self {
        let (sender, jobs) = channel::<Job>();
        let (tell, told) = channel();
        thread::spawn(move || {
            // SAFETY: no descriptors are unshared.
            unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.unwrap();
            tell.send(gettid().as_raw_nonzero()).unwrap();
            for job in jobs {
                job();
            }
        });
        let thread = told.recv().unwrap();
        run(&format!(
            "ip link add h{number} type veth \
             peer name eth netns {thread} address 02:00:00:00:01:0{number}"
        ));
        run(&format!("ip link set dev h{number} master hub up"));
        let host = Self(sender);
        let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
        host.run(move || {
            run("ip link set dev lo up");
            run("ethtool -K eth tx off");
            run("ip link set dev eth up");
            lines.iter().for_each(|line| run(line));
        });
        host
    }

    /// Has it do something, and waits for the result.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let (tell, told) = channel();
        let result = self.0.send(Box::new(move || {
            // Nobody waits if the test has failed meanwhile.
            let _ = tell.send(job());
        }));
        result.unwrap();
        told.recv().expect("what the host did has failed")
    }
}
