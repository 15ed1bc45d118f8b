//! What wakes a program that waits.
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use flash_nf::{wait, Error, Mode, OpenOptions, Port, Redirect, WaitOptions, Wake};
use testbed::{make_veth, run, udp, wait_until, xdp_object, DEADLINE};

const RING: usize = 16;

fn open(device: &str) -> Port {
    let options = OpenOptions::new(device)
        .mode(Mode::Copy)
        .frame_count(64)
        .ring_size(RING as u32)
        .redirect(Redirect::Object(xdp_object().into()));
    Port::open(&options).unwrap()
}

fn patiently() -> WaitOptions<'static> {
    WaitOptions::new().timeout(DEADLINE)
}

fn send(port: &Port) -> bool {
    let mut packet = port.allocate().unwrap();
    packet.grow_back(60).unwrap();
    packet.fill(0xff);
    packet.send(0).is_ok()
}

fn room_is_asked_for(port: &Port) {
    assert_eq!(port.room(), 0);
}

fn a_packet_is_refused(port: &Port) {
    assert!(!send(port));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_packet_wakes_a_program_that_sleeps() {
    make_veth();
    let port = open("a");
    let sender = thread::spawn(|| udp().send(b"x").unwrap());

    let wake = port.wait(&patiently()).unwrap();

    assert_eq!((wake, port.receive(2).count()), (Wake::Ready, 1));
    sender.join().unwrap();
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_program_that_looks_busily_does_not_sleep() {
    make_veth();
    let port = open("a");
    let socket = udp();
    socket.send(b"x").unwrap();
    port.wait(&patiently()).unwrap();
    assert_eq!(port.receive(2).count(), 1);
    let before = port.stats().unwrap();
    let sender = thread::spawn(move || socket.send(b"x").unwrap());

    let wake = port.wait(&patiently().busy(DEADLINE)).unwrap();

    let after = port.stats().unwrap();
    assert_eq!((wake, port.receive(2).count()), (Wake::Ready, 1));
    assert_eq!(after.sleeps, before.sleeps);
    assert_eq!(after.busy_waits, before.busy_waits + 1);
    sender.join().unwrap();
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn time_that_passes_ends_a_wait_busy_or_asleep() {
    make_veth();
    let port = open("a");
    let time = Duration::from_millis(20);
    udp().send(b"x").unwrap();
    port.wait(&patiently()).unwrap();
    assert_eq!(port.receive(2).count(), 1);

    for busy in [Duration::ZERO, time / 2, DEADLINE] {
        let start = Instant::now();
        let wake = port.wait(&WaitOptions::new().timeout(time).busy(busy));

        assert_eq!(wake.unwrap(), Wake::Timeout);
        assert!(start.elapsed() >= time && start.elapsed() < DEADLINE / 2);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_descriptor_that_becomes_readable_ends_a_wait() {
    make_veth();
    let port = open("a");
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let options = patiently().wake(ours.as_fd());
    let writer = thread::spawn(move || theirs.write_all(b"x").map(|()| theirs).unwrap());

    assert_eq!(port.wait(&options).unwrap(), Wake::Woken);

    let theirs = writer.join().unwrap();
    assert_eq!(port.wait(&options).unwrap(), Wake::Woken, "it was not read");
    drop(theirs);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn any_of_several_ports_wakes() {
    make_veth();
    let (a, b) = (open("a"), open("b"));
    for (from, to) in [(&a, &b), (&b, &a)] {
        assert!(send(from));

        assert_eq!(wait(&[&a, &b], &patiently()).unwrap(), Wake::Ready);

        assert_eq!((to.receive(2).count(), from.receive(2).count()), (1, 0));
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_blocked_program_is_woken_by_room_and_not_by_packets() {
    for is_told in [room_is_asked_for, a_packet_is_refused] {
        make_veth();
        let port = open("a");
        let socket = udp();
        socket.send(b"x").unwrap();
        wait_until("it has come", || port.frames().received == 1);
        run("ip link set dev a down");
        for _ in 0..RING {
            assert!(send(&port));
        }
        is_told(&port);
        let brief = WaitOptions::new().timeout(Duration::from_millis(20));
        assert_eq!(port.wait(&brief).unwrap(), Wake::Timeout, "it is down");
        assert_eq!(port.pending(), RING);

        let helper = thread::spawn(|| run("ip link set dev a up"));
        assert_eq!(port.wait(&patiently()).unwrap(), Wake::Ready);

        assert!(port.room() >= RING / 2);
        helper.join().unwrap();
        assert_eq!(port.wait(&brief).unwrap(), Wake::Ready, "a packet is there");
        assert_eq!(port.receive(2).count(), 1);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_device_that_goes_is_an_error() {
    make_veth();
    let port = open("a");
    let helper = thread::spawn(|| run("ip link delete dev a"));

    let error = port.wait(&patiently()).unwrap_err();

    assert_eq!(error.raw_os_error(), Some(libc::ENXIO), "{error}");
    assert!(matches!(error, Error::System { .. }));
    helper.join().unwrap();
}
