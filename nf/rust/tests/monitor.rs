//! Functions of a chain, with the monitor itself.
use std::thread;
use std::time::Duration;

use flash_nf::{Error, JoinOptions, Packet, Port, WaitOptions, Wake};
use testbed::{make_veth, turn_around, udp, wait_until, Monitor, DEADLINE, PAYLOAD_AT};

const SHORT: Duration = Duration::from_millis(1);

fn chain(names: &[&str], user: &str) -> String {
    let functions = names.iter().map(|name| {
        format!("  {name}: {{ device: a, queue: 0, user: {user}, input: true, ring: 64, frames: 128 }}\n")
    });
    format!("chain: web\nfunctions:\n{}", functions.collect::<String>())
}

fn join(monitor: &Monitor, function: &str) -> Result<Port, Error> {
    Port::join(&JoinOptions::new("web", function).monitor(monitor.socket()))
}

/// With what the device receives.
fn join_and_settle(monitor: &Monitor) -> Port {
    let port = join(monitor, "firewall").unwrap();
    monitor.settle();
    port
}

fn patiently() -> WaitOptions<'static> {
    WaitOptions::new().timeout(DEADLINE)
}

/// Sends a datagram, and has the function answer it.
fn exchange(port: &Port, byte: u8) {
    let socket = udp();
    socket.send(&[byte]).unwrap();
    assert_eq!(port.wait(&patiently()).unwrap(), Wake::Ready);
    for mut packet in port.receive(1) {
        assert_eq!(packet[PAYLOAD_AT], byte);
        turn_around(&mut packet);
        packet.send(0).unwrap();
    }
    port.flush().unwrap();
    let mut answer = [0; 2];
    assert_eq!(socket.recv(&mut answer).unwrap(), 1);
    assert_eq!(answer[0], byte);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_function_that_joins_has_its_packets_and_sends_on_the_wire() {
    make_veth();
    let monitor = Monitor::start("joins");
    monitor.apply(&chain(&["firewall"], "root"));

    let port = join_and_settle(&monitor);

    assert!(port.monitored() && !port.leaving());
    assert_eq!(port.edges(), 1);
    for byte in 0..200 {
        exchange(&port, byte);
    }
    let stats = port.stats().unwrap();
    assert_eq!((stats.rx_packets, stats.tx_packets), (200, 200));
    assert_eq!((stats.impossible, stats.kernel.tx_invalid), (0, 0));
    wait_until("all frames are there again", || {
        port.flush().unwrap();
        let counts = port.frames();
        counts.free + counts.filled == 128
    });
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn the_reason_of_a_refusal_is_handed_on() {
    make_veth();
    let monitor = Monitor::start("refuses");
    monitor.apply(&chain(&["firewall"], "nobody"));

    let other_user = join(&monitor, "firewall").unwrap_err();
    let unknown = join(&monitor, "nat").unwrap_err();

    assert_eq!(other_user.raw_os_error(), Some(libc::EACCES));
    let why = "the monitor refuses: firewall is of another user";
    assert_eq!(other_user.to_string(), why);
    assert_eq!(unknown.raw_os_error(), Some(libc::ENOENT));
    monitor.apply(&chain(&["firewall"], "root"));
    let _port = join(&monitor, "firewall").unwrap();
    let second = join(&monitor, "firewall").unwrap_err();
    assert_eq!(second.raw_os_error(), Some(libc::EBUSY));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_function_that_is_not_wanted_any_more_works_on_what_it_has_and_goes() {
    make_veth();
    let monitor = Monitor::start("leaves");
    monitor.apply(&chain(&["firewall"], "root"));
    let port = join_and_settle(&monitor);
    udp().send(b"x").unwrap();
    assert_eq!(port.wait(&patiently()).unwrap(), Wake::Ready);

    monitor.apply("chain: web\nfunctions: {}\n");

    let kept: Vec<Packet<'_>> = port.receive(1).collect();
    while port.wait(&patiently()).unwrap() != Wake::Changed {}
    assert!(port.leaving());
    assert_eq!(kept[0][PAYLOAD_AT], b'x');
    assert_eq!(
        port.wait(&patiently()).unwrap(),
        Wake::Changed,
        "it stays so"
    );
    drop(kept);
    drop(port);
    monitor.apply(&chain(&["firewall"], "root"));
    wait_until("it may come back", || join(&monitor, "firewall").is_ok());
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_chain_goes_on_without_a_monitor_and_the_next_one_finds_it() {
    make_veth();
    let mut monitor = Monitor::start("goes-on");
    monitor.apply(&chain(&["firewall"], "root"));
    let port = join_and_settle(&monitor);
    exchange(&port, 1);

    monitor.kill();
    wait_until("it is missed", || {
        port.wait(&WaitOptions::new().timeout(SHORT)).unwrap();
        !port.monitored()
    });
    exchange(&port, 2);
    // The next monitor gives it three seconds.
    let waiting = thread::spawn(move || {
        wait_until("the function has come back", || {
            port.wait(&WaitOptions::new().timeout(SHORT)).unwrap();
            port.monitored()
        });
        port
    });
    monitor.restart();
    let port = waiting.join().unwrap();

    exchange(&port, 3);
    let second = join(&monitor, "firewall").unwrap_err();
    assert_eq!(second.raw_os_error(), Some(libc::EBUSY));
}
