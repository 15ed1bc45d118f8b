//! Both programs, on a veth pair and on packets that they get as text. What they write is read by tcpdump.
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use testbed::{
    both, both_to_replay, cut, frames, make_veth, on_device, replay, spoil, Running, Scratch, Wire,
};

const RUST: &str = env!("CARGO_BIN_EXE_capture");

/// What tcpdump says of a packet.
#[derive(Debug)]
struct Seen {
    time: Duration,
    /// What the packet had, which may be more than was kept.
    len: usize,
    bytes: Vec<u8>,
}

fn read(path: &str) -> Vec<Seen> {
    let output = Command::new("tcpdump")
        .args([
            "-nn", "-tt", "-e", "-xx", "--nano", "-Z", "root", "-r", path,
        ])
        .output()
        .expect("tcpdump is installed by `ci/bootstrap.sh test`");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut all = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        match line.trim_start().strip_prefix("0x") {
            None => all.push(parse_headline(line)),
            Some(dump) => all.last_mut().unwrap().bytes.extend(parse_dump(dump)),
        }
    }
    all
}

/// Such as `1700000000.000000001 02:00... > 02:00..., ethertype IPv4 (0x0800), length 60: ...`
fn parse_headline(line: &str) -> Seen {
    let (seconds, rest) = line.split_once('.').unwrap();
    let (nanos, _) = rest.split_once(' ').unwrap();
    let (_, len) = rest.split_once("length ").unwrap();
    let digits = len.split(|digit: char| !digit.is_ascii_digit()).next();
    Seen {
        time: Duration::new(seconds.parse().unwrap(), nanos.parse().unwrap()),
        len: digits.unwrap().parse().unwrap(),
        bytes: Vec::new(),
    }
}

/// Such as `0000:  0200 00`
fn parse_dump(dump: &str) -> Vec<u8> {
    let (_, words) = dump.split_once(':').unwrap();
    let digits: String = words.split_whitespace().collect();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn packet(number: usize) -> Vec<u8> {
    let data = vec![number as u8; number * 13 % 1200];
    frames::ip("10.0.0.7", "10.0.0.9", 17, &frames::udp(1000, 9000, &data))
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn tcpdump_reads_what_has_passed() {
    const COUNT: usize = 100;
    for program in both(RUST, "capture") {
        println!("{}", program.display());
        make_veth();
        let scratch = Scratch::new("capture");
        let path = scratch.path("packets.pcapng");
        let args = ["--swap-macs", "--file", &path];
        let before = since_1970();
        let capture = Running::start(&mut on_device(&program, &args));
        let wire = Wire::open("b");

        for number in 0..COUNT {
            let sent = packet(number);
            wire.send(&sent);
            let back = wire.receive();
            assert_eq!(back[..12], [&sent[6..12], &sent[..6]].concat());
            assert_eq!(back[12..], sent[12..]);
            // A batch is in the file before any of its packets has left.
            if number == COUNT / 2 {
                assert_eq!(read(&path).len(), number + 1);
                // A second one leaves it alone.
                let second = on_device(&program, &args).output().unwrap();
                let error = String::from_utf8(second.stderr).unwrap();
                assert_eq!(second.status.code(), Some(2), "{error}");
                assert!(error.contains("another program writes to it"), "{error}");
                assert_eq!(read(&path).len(), number + 1);
            }
        }
        let report = capture.stop();

        let seen = read(&path);
        assert_eq!(seen.len(), COUNT);
        for (number, seen) in seen.iter().enumerate() {
            assert_eq!(
                (seen.len, &seen.bytes),
                (packet(number).len(), &packet(number))
            );
        }
        let times: Vec<_> = seen.iter().map(|seen| seen.time).collect();
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1]), "{times:?}");
        // The clock may be adjusted meanwhile.
        let slack = Duration::from_millis(100);
        let while_it_ran = before - slack..since_1970() + slack;
        assert!(
            times.iter().all(|time| while_it_ran.contains(time)),
            "{times:?}"
        );
        let size = fs::metadata(&path).unwrap().len();
        report.expect(&[
            ("captured", 100),
            ("missed", 0),
            ("bytes", size),
            ("sent", 100),
        ]);
    }
}

#[test]
fn captured_packets_have_their_time_and_are_cut_to_what_is_asked_for() {
    let packets: Vec<_> = (0..9)
        .map(|number| (number as u64 * 10, packet(number)))
        .collect();
    for program in both_to_replay(RUST, "capture") {
        let scratch = Scratch::new("capture");
        let path = scratch.path("packets.pcapng");

        let replayed = replay(&program, &["--file", &path, "--snap", "50"], 1, &packets);

        let passed: Vec<_> = replayed.outcomes.into_iter().flatten().collect();
        let unchanged: Vec<_> = packets
            .iter()
            .map(|(_, packet)| (0, packet.clone()))
            .collect();
        assert_eq!(passed, unchanged);
        let seen = read(&path);
        assert_eq!(seen.len(), packets.len());
        for (seen, (_, packet)) in seen.iter().zip(&packets) {
            assert_eq!(
                (seen.len, &seen.bytes[..]),
                (packet.len(), &packet[..packet.len().min(50)])
            );
        }
        let gaps = seen.windows(2).map(|pair| pair[1].time - pair[0].time);
        assert!(gaps.into_iter().all(|gap| gap == Duration::from_millis(10)));
    }
}

#[test]
fn both_programs_write_the_same_capture() {
    let packets: Vec<_> = (0..9).map(|number| (0, packet(number))).collect();
    let [one, other] = both_to_replay(RUST, "capture").map(|program| {
        let scratch = Scratch::new("capture");
        let path = scratch.path("packets.pcapng");
        replay(&program, &["--file", &path], 1, &packets);
        let mut bytes = fs::read(&path).unwrap();
        let words =
            |bytes: &[u8], at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
        let mut at = 0;
        while at < bytes.len() {
            let len = words(&bytes, at + 4) as usize;
            // The time of a packet.
            if words(&bytes, at) == 6 {
                bytes[at + 12..at + 20].fill(0);
            }
            at += len;
        }
        bytes
    });

    assert_eq!(one, other);
}

#[test]
fn a_file_grows_no_longer_than_is_asked_for_and_packets_go_on() {
    let packets: Vec<_> = (0..20).map(|_| (0, packet(1))).collect();
    // 60 bytes at the beginning, and 88 for each packet.
    for (most, captured) in [("1000", 10), ("100", 0)] {
        for program in both_to_replay(RUST, "capture") {
            let scratch = Scratch::new("capture");
            let path = scratch.path("packets.pcapng");

            let replayed = replay(&program, &["--file", &path, "--most", most], 1, &packets);

            assert!(replayed.outcomes.iter().all(Option::is_some));
            assert_eq!(read(&path).len() as u64, captured);
            replayed
                .report
                .expect(&[("captured", captured), ("missed", 20 - captured)]);
        }
    }
}

#[test]
fn packets_go_on_when_the_file_cannot_be_written() {
    const COUNT: u64 = 40;
    let packets: Vec<_> = (0..COUNT as usize)
        .map(|number| (0, packet(number)))
        .collect();
    for program in both_to_replay(RUST, "capture") {
        let run = |path: &str| {
            Command::new(&program)
                .args(["--device", "nowhere", "--file", path])
                .output()
                .unwrap()
        };
        let refused = run("/nowhere/file");
        assert_eq!(refused.status.code(), Some(2));
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(
            error.starts_with("capture: writing to /nowhere/file: No such file"),
            "{error}"
        );

        // It is full as soon as the beginning is written.
        let full = run("/dev/full");
        assert_eq!(full.status.code(), Some(2));

        // The first ones fit.
        let scratch = Scratch::new("capture");
        let limited = scratch.path("limited");
        let script = format!(
            "#!/bin/sh\ntrap '' XFSZ\nulimit -f 8\nexec '{}' \"$@\"\n",
            program.display()
        );
        fs::write(&limited, script).unwrap();
        fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();
        let path = scratch.path("packets.pcapng");
        let replayed = replay(Path::new(&limited), &["--file", &path], 1, &packets);
        assert!(replayed.outcomes.iter().all(Option::is_some));
        let captured = replayed.report.count("captured");
        assert!((1..COUNT).contains(&captured), "{captured}");
        replayed.report.expect(&[("missed", COUNT - captured)]);
    }
}

#[test]
fn packets_of_any_kind_are_captured() {
    let whole = packet(1);
    let packets: Vec<_> = [cut(&whole), spoil(&whole)]
        .concat()
        .into_iter()
        .map(|packet| (0, packet))
        .collect();
    for program in both_to_replay(RUST, "capture") {
        let scratch = Scratch::new("capture");
        let path = scratch.path("packets.pcapng");

        let replayed = replay(&program, &["--file", &path], 1, &packets);

        let count = packets.len() as u64;
        replayed
            .report
            .expect(&[("captured", count), ("missed", 0)]);
        assert!(replayed.outcomes.iter().all(Option::is_some));
    }
}
