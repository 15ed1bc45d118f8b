//! What a file of rules says to both programs.
mod support;

use std::fs;
use std::process::Command;

use testbed::{both, frames, Scratch};

use support::{passed, ping, udp, RUST, SYN};

#[test]
fn the_first_rule_about_a_connection_decides() {
    let rules = "
        # A server, its administrators, and whom nobody wants to see.
        deny  any  from 192.0.2.66
        allow tcp  to 10.0.0.2 port 80
        allow udp  from 10.0.0.0/8 port 1000-2000 to any port 53   # asks
        allow udp  from 172.16.0.0/12
        allow udp  from fd00::/8 to 2001:db8::/32
        allow icmp from any to 10.0.0.2
    ";
    let tcp = |from: &str, to: &str, port| frames::ip(from, to, 6, &frames::tcp(1, port, SYN, &[]));
    let cases = [
        (tcp("192.0.2.2", "10.0.0.2", 80), true),
        (tcp("192.0.2.66", "10.0.0.2", 80), false),
        (tcp("192.0.2.2", "10.0.0.3", 80), false),
        (tcp("192.0.2.2", "10.0.0.2", 81), false),
        (udp("192.0.2.2", 1, "10.0.0.2", 80), false),
        (udp("10.9.9.9", 999, "192.0.2.2", 53), false),
        (udp("10.9.9.9", 1000, "192.0.2.2", 53), true),
        (udp("10.9.9.9", 2000, "192.0.2.2", 53), true),
        (udp("10.9.9.9", 2001, "192.0.2.2", 53), false),
        (udp("11.9.9.9", 1000, "192.0.2.2", 53), false),
        (udp("172.31.0.1", 1, "192.0.2.2", 2), true),
        (udp("172.32.0.1", 1, "192.0.2.2", 2), false),
        (udp("fd01::1", 1, "2001:db8::1", 2), true),
        (udp("fe80::1", 1, "2001:db8::1", 2), false),
        (udp("fd01::1", 1, "2001:db9::1", 2), false),
        (ping("192.0.2.2", "10.0.0.2", 8, 1), true),
        (ping("fd00::1", "2001:db8::1", 128, 1), false),
    ];
    let packets = cases.clone().map(|(packet, _)| packet);

    assert_eq!(passed(rules, &packets), cases.map(|(_, passes)| passes));
    assert!(passed("", &packets).iter().all(|passes| !passes));
    assert!(passed("allow any\n", &packets).iter().all(|passes| *passes));
}

#[test]
fn a_mistake_in_the_rules_is_reported_with_its_line() {
    for (rules, why) in [
        ("permit tcp\n", "1: this makes no sense here: permit"),
        ("\n# fine\nallow tpc\n", "3: this makes no sense here: tpc"),
        (
            "allow\n",
            "1: this makes no sense here: the end of the line",
        ),
        (
            "allow tcp to 10.0.0.1/8\n",
            "1: this makes no sense here: 10.0.0.1/8",
        ),
        (
            "allow tcp to any port 70000\n",
            "1: this makes no sense here: 70000",
        ),
        (
            "allow tcp to any port 80-70\n",
            "1: this makes no sense here: 80-70",
        ),
        (
            "allow tcp to any port\n",
            "1: this makes no sense here: the end of the line",
        ),
        (
            "allow icmp to any port 80\n",
            "1: this makes no sense here: port",
        ),
        (
            "allow tcp to any from any\n",
            "1: this makes no sense here: from",
        ),
        (
            "allow tcp from\n",
            "1: this makes no sense here: the end of the line",
        ),
        (
            &"deny any\n".repeat(1001),
            "1001: there are 1000 rules at most",
        ),
    ] {
        let scratch = Scratch::new("firewall");
        let path = scratch.path("rules");
        fs::write(&path, rules).unwrap();
        for program in both(RUST, "firewall") {
            let output = Command::new(&program)
                .args(["--device", "nowhere", "--rules", &path])
                .output()
                .unwrap();

            let error = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2));
            assert_eq!(
                error.lines().next(),
                Some(&*format!("firewall: {path}:{why}"))
            );
        }
    }
}
