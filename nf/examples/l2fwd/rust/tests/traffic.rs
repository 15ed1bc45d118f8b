//! The program itself, between a veth pair and its own command line.
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use flash_nf::{Mode, OpenOptions, Port, Redirect, WaitOptions};

use testbed::{
    both, frames, make_veth, on_device, run, xdp_object, Monitor, Running, Wire, DEADLINE,
};

const NOBODY: u32 = 65534;
const COUNT: u32 = 2000;
const BATCH: u32 = 20;
/// Half of what who joins gives a monitor.
const PATIENCE: Duration = Duration::from_secs(5);

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_l2fwd"))
}

/// The other end of the wire.
fn open_b() -> Port {
    let options = OpenOptions::new("b")
        .mode(Mode::Copy)
        .redirect(Redirect::Object(xdp_object().into()));
    Port::open(&options).unwrap()
}

fn send(port: &Port, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let mut packet = port.allocate().unwrap();
        packet.grow_back(64).unwrap();
        packet[..6].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
        packet[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 2]);
        packet[12..14].copy_from_slice(&[0x88, 0xb5]);
        packet[14..18].copy_from_slice(&number.to_be_bytes());
        packet.send(0).unwrap();
    }
    port.flush().unwrap();
}

/// Packets come back in order, with their addresses swapped and nothing else changed.
fn expect_back(port: &Port, numbers: std::ops::Range<u32>) {
    let start = Instant::now();
    let mut next = numbers.start;
    while next < numbers.end {
        for packet in port.receive(64) {
            assert_eq!(packet.len(), 64);
            assert_eq!(packet[..12], [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
            assert_eq!(packet[12..14], [0x88, 0xb5]);
            assert_eq!(packet[14..18], next.to_be_bytes());
            assert!(packet[18..].iter().all(|&byte| byte == 0));
            next += 1;
        }
        assert!(start.elapsed() < DEADLINE, "{next} came back");
        if next < numbers.end {
            port.wait(&WaitOptions::new().timeout(DEADLINE)).unwrap();
        }
    }
}

fn goes_back(more: &[&str]) {
    for program in both(env!("CARGO_BIN_EXE_l2fwd"), "l2fwd") {
        println!("{}", program.display());
        make_veth();
        let l2fwd = Running::start(on_device(&program, &["--swap-macs"]).args(more));
        let port = open_b();

        for first in (0..COUNT).step_by(BATCH as usize) {
            send(&port, first..first + BATCH);
            expect_back(&port, first..first + BATCH);
        }

        let count = u64::from(COUNT);
        l2fwd.stop().expect(&[
            ("received", count),
            ("sent", count),
            ("dropped", 0),
            ("full", 0),
            ("held", 0),
            ("refused", 0),
        ]);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn packets_go_back_in_order_asleep() {
    goes_back(&[]);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn packets_go_back_in_order_busily() {
    goes_back(&["--busy-us", "1000"]);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_signal_ends_it_while_packets_come_without_a_break() {
    for program in both(env!("CARGO_BIN_EXE_l2fwd"), "l2fwd") {
        println!("{}", program.display());
        make_veth();
        // What comes out of the wire goes in again.
        run("ip link add name hub type bridge");
        run("ip link set dev hub up");
        run("ip link set dev b master hub");
        run("ip link set dev b type bridge_slave hairpin on");
        let l2fwd = on_device(&program, &[]);
        let mut deadly = Command::new("timeout");
        deadly
            .args(["--kill-after=15", "100"])
            .args(["setpriv", "--pdeathsig", "KILL"])
            .arg(l2fwd.get_program())
            .args(l2fwd.get_args());
        let l2fwd = Running::start(&mut deadly);
        let wire = Wire::open("b");

        for _ in 0..1000 {
            wire.send(&frames::ethernet(0x88b5, &[0; 50]));
        }
        for _ in 0..5000 {
            wire.receive();
        }

        assert!(l2fwd.stop().count("received") >= 5000);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn somebody_without_privilege_forwards_for_a_chain() {
    make_veth();
    let monitor = Monitor::start("l2fwd");
    monitor.apply(
        "chain: web\nfunctions:\n  first: { device: a, queue: 0, user: nobody, input: true }\n",
    );
    let l2fwd = Running::start(&mut as_nobody(&monitor, "first"));
    monitor.settle();
    let port = open_b();

    for first in (0..COUNT).step_by(BATCH as usize) {
        send(&port, first..first + BATCH);
        expect_back(&port, first..first + BATCH);
    }

    monitor.apply("chain: web\nfunctions: {}\n");
    let count = u64::from(COUNT);
    l2fwd
        .report()
        .expect(&[("received", count), ("sent", count), ("held", 0)]);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn packets_go_on_while_a_monitor_takes_nobody_in() {
    for program in both(env!("CARGO_BIN_EXE_l2fwd"), "l2fwd") {
        println!("{}", program.display());
        make_veth();
        let mut monitor = Monitor::start("l2fwd-deaf");
        monitor.apply(
            "chain: web\nfunctions:\n  first: { device: a, queue: 0, user: root, input: true }\n",
        );
        let mut command = Command::new(&program);
        command.args(["--swap-macs", "--chain", "web", "--function", "first"]);
        let _l2fwd = Running::start(command.arg("--monitor").arg(monitor.socket()));
        monitor.settle();
        let port = open_b();
        send(&port, 0..BATCH);
        expect_back(&port, 0..BATCH);

        let _deaf = monitor.replace_by_a_deaf_one();

        let start = Instant::now();
        for first in (0..COUNT).step_by(BATCH as usize) {
            send(&port, first..first + BATCH);
            expect_back(&port, first..first + BATCH);
            assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
        }
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn it_says_why_it_cannot_start() {
    make_veth();
    let monitor = Monitor::start("l2fwd-refused");
    let said = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };

    assert_eq!(
        said(program().args(["--device", "nowhere"])),
        "l2fwd: opening queue 0 of nowhere: No such device (os error 19)\n"
    );
    assert_eq!(
        said(program().args(["--chain", "web", "--function", "f", "--monitor", "/nowhere"])),
        "l2fwd: asking the monitor at /nowhere: No such file or directory (os error 2)\n"
    );
    assert_eq!(
        said(&mut as_nobody(&monitor, "first")),
        "l2fwd: the monitor refuses: there is no function first in a chain web\n"
    );
}

#[test]
fn what_it_does_not_know_is_refused_with_its_usage() {
    let output = program().arg("--fast").output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("l2fwd: invalid option '--fast'\nusage: l2fwd --device NAME"));
}

/// A copy that others may read, wherever this was built.
fn as_nobody(monitor: &Monitor, function: &str) -> Command {
    let copy: PathBuf = monitor.folder().join("l2fwd");
    // Not by this process: what it has open to write, a program that another test starts would have open for a moment.
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_l2fwd"))
        .arg(&copy)
        .status()
        .unwrap();
    assert!(copied.success());
    let mut command = Command::new(copy);
    command
        .args([
            "--swap-macs",
            "--chain",
            "web",
            "--function",
            function,
            "--monitor",
        ])
        .arg(monitor.socket())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY);
    command
}
