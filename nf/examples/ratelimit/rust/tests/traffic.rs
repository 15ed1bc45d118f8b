//! Both programs, on a veth pair and on packets that they get as text.
use std::time::Instant;

use flash_nf::{Mode, OpenOptions, Port, Redirect, WaitOptions};
use testbed::{
    both, cut, frames, make_veth, on_device, replay_both, spoil, xdp_object, Replayed, Running,
    DEADLINE,
};

const RUST: &str = env!("CARGO_BIN_EXE_ratelimit");

fn replay(args: &[&str], packets: &[(u64, Vec<u8>)]) -> Replayed {
    replay_both(RUST, "ratelimit", args, 1, packets)
}

fn from(source: &str, bytes: usize) -> Vec<u8> {
    let to = if source.contains(':') {
        "fd00::1"
    } else {
        "10.0.0.1"
    };
    let headers = frames::ip(source, to, 17, &frames::udp(1, 2, &[])).len();
    frames::ip(
        source,
        to,
        17,
        &frames::udp(1, 2, &vec![0; bytes - headers]),
    )
}

/// What passes of packets at these times.
fn passed(args: &[&str], packets: &[(u64, Vec<u8>)]) -> Vec<bool> {
    let replayed = replay(args, packets);
    for (outcome, (_, packet)) in replayed.outcomes.iter().zip(packets) {
        assert!(outcome
            .as_ref()
            .map_or(true, |sent| *sent == (0, packet.clone())));
    }
    replayed.outcomes.iter().map(Option::is_some).collect()
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn no_more_than_the_rate_and_a_burst_gets_through() {
    const RATE: u32 = 2000;
    const BURST: u32 = 300;
    let packet = from("10.0.0.2", 100);
    for program in both(RUST, "ratelimit") {
        println!("{}", program.display());
        make_veth();
        let (rate, burst) = (RATE.to_string(), BURST.to_string());
        let args = ["--swap-macs", "--packets", &rate, "--burst", &burst];
        let start = Instant::now();
        let limiter = Running::start(&mut on_device(&program, &args));
        let options = OpenOptions::new("b").mode(Mode::Copy);
        let redirect = Redirect::Object(xdp_object().into());
        let port = Port::open(&options.redirect(redirect)).unwrap();

        let (mut sent, mut back) = (0, 0);
        while back < 2 * BURST {
            for _ in 0..port.room().min(32) {
                let Some(mut each) = port.allocate() else {
                    break;
                };
                each.grow_back(packet.len()).unwrap();
                each.copy_from_slice(&packet);
                each.send(0).unwrap();
                sent += 1;
            }
            port.flush().unwrap();
            back += port.receive(64).count() as u32;
            let most = BURST + 1 + (start.elapsed().as_secs_f64() * f64::from(RATE)) as u32;
            assert!(back <= most, "{back} of {sent} came back, and not {most}");
            assert!(start.elapsed() < DEADLINE, "{back} of {sent} came back");
        }

        // What it had passed until then may be on its way.
        let report = limiter.stop();
        while u64::from(back) < report.count("sent") {
            port.wait(&WaitOptions::new().timeout(DEADLINE)).unwrap();
            back += port.receive(64).count() as u32;
            assert!(start.elapsed() < DEADLINE, "{back} came back: {report:?}");
        }
        report.expect(&[("passed", back.into()), ("full", 0), ("held", 0)]);
        let dropped = report.count("dropped");
        assert!(dropped > 0);
        report.expect(&[
            ("limited", dropped),
            ("received", u64::from(back) + dropped),
        ]);
    }
}

#[test]
fn packets_pass_at_the_rate_after_a_burst() {
    let at = |times: &[u64]| -> Vec<_> {
        times
            .iter()
            .map(|&time| (time, from("10.0.0.2", 100)))
            .collect()
    };
    // A packet each 100 ms, however often it is looked whether it is time.
    let times = [
        0, 0, 0, 99, 100, 101, 150, 199, 200, 399, 400, 400, 5000, 5000, 5000,
    ];
    let wanted = [1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0].map(|pass| pass == 1);

    assert_eq!(
        passed(&["--packets", "10", "--burst", "2"], &at(&times)),
        wanted
    );
    assert_eq!(
        passed(&["--bytes", "1000", "--burst", "200"], &at(&times)),
        wanted
    );
}

#[test]
fn a_bucket_fills_in_the_time_that_the_rate_says() {
    let times = [[0; 10], [600; 10], [1600; 10]].concat();
    let packets: Vec<_> = times
        .iter()
        .map(|&time| (time, from("10.0.0.2", 100)))
        .collect();

    let passed = passed(&["--packets", "10", "--burst", "10"], &packets);

    let count = |range: std::ops::Range<usize>| passed[range].iter().filter(|&&pass| pass).count();
    assert_eq!((count(0..10), count(10..20), count(20..30)), (10, 6, 10));
}

#[test]
fn long_packets_cost_more_bytes() {
    let packets = [
        (0, 60),
        (0, 60),
        (0, 1500),
        (0, 80),
        (1, 60),
        (1000, 201),
        (1000, 200),
    ]
    .map(|(time, bytes)| (time, from("10.0.0.2", bytes)));

    let wanted = [true, true, false, true, false, false, true];
    assert_eq!(
        passed(&["--bytes", "1000", "--burst", "200"], &packets),
        wanted
    );
}

#[test]
fn each_source_has_its_own_limit() {
    let ethernet = |source| {
        let mut frame = frames::ethernet(0x88b5, &[0; 50]);
        frame[11] = source;
        (0, frame)
    };
    let ip = |source| (0, from(source, 100));
    let packets = [
        ip("10.0.0.2"),
        ip("10.0.0.2"),
        ip("10.0.0.3"),
        ip("fd00:0:0:1::1"),
        ip("fd00:0:0:1::2"),
        ip("fd00:0:0:2::1"),
        ethernet(1),
        ethernet(2),
        ethernet(1),
    ];

    let wanted = [1, 0, 1, 1, 0, 1, 1, 1, 0].map(|pass| pass == 1);
    let per_source = ["--packets", "1", "--burst", "1", "--per-source"];
    assert_eq!(passed(&per_source, &packets), wanted);
    let alone = [true, false, false, false, false, false, false, false, false];
    assert_eq!(passed(&per_source[..4], &packets), alone);
}

#[test]
fn sources_that_find_no_place_share_a_limit_until_others_are_quiet() {
    let args = [
        "--packets",
        "1",
        "--burst",
        "1",
        "--per-source",
        "--sources",
        "8",
    ];
    let at = |time, source: u32| (time, from(&format!("10.0.1.{source}"), 60));
    let mut packets: Vec<_> = (0..8).map(|source| at(0, source)).collect();
    packets.extend([
        at(0, 8),
        at(0, 9),
        at(0, 3),
        at(1001, 9),
        at(1001, 8),
        at(1001, 3),
    ]);

    let replayed = replay(&args, &packets);

    let passed: Vec<_> = replayed.outcomes.iter().map(Option::is_some).collect();
    assert_eq!(passed[..8], [true; 8]);
    assert_eq!(passed[8..], [true, false, false, true, true, true]);
    replayed
        .report
        .expect(&[("crowded", 2), ("passed", 12), ("limited", 2)]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_ratelimit() {
    let args = ["--packets", "1", "--burst", "100000", "--per-source"];
    for source in ["10.0.0.2", "fd00::2"] {
        let packet = from(source, 80);
        let now = |packets: Vec<Vec<u8>>| -> Vec<_> {
            packets.into_iter().map(|packet| (0, packet)).collect()
        };

        let cut = replay(&args, &now(cut(&packet)));

        cut.report
            .expect(&[("passed", 1), ("malformed", packet.len() as u64)]);
        replay(&args, &now(spoil(&packet)));
    }
}
