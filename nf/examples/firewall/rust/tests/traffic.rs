//! Both programs between two hosts.
use std::fs;
use std::net::TcpListener;
use std::thread;

use testbed::{
    bind_udp, both, echo, exchange, make_hub, on_device, run, Host, Running, Scratch, BYTES,
};

const RUST: &str = env!("CARGO_BIN_EXE_firewall");
const SERVER: &str = "192.0.2.2:7000";

#[test]
#[ignore = "needs root, for veth pairs"]
fn connections_from_inside_pass_and_none_from_outside() {
    let scratch = Scratch::new("firewall");
    let rules = scratch.path("rules");
    fs::write(&rules, "allow any from 10.0.0.0/24\n").unwrap();
    let args = ["--rules", &rules, "--inside", "10.0.0.0/24"];
    let stations = [
        "--to-inside",
        "02:00:00:00:01:01",
        "--to-outside",
        "02:00:00:00:01:02",
    ];
    for program in both(RUST, "firewall") {
        println!("{}", program.display());
        make_hub();
        let [inside, outside] = [(1, "10.0.0.2", "10.0.0.1"), (2, "192.0.2.2", "192.0.2.1")].map(
            |(number, address, router)| {
                let lines = [
                    format!("ip address add {address}/24 dev eth"),
                    format!("ip route add default via {router}"),
                    format!(
                        "ip neighbour add {router} lladdr 02:00:00:00:00:01 dev eth nud permanent"
                    ),
                ];
                Host::start(
                    number,
                    &lines.iter().map(String::as_str).collect::<Vec<_>>(),
                )
            },
        );
        let firewall = Running::start(on_device(&program, &args).args(stations));

        let listener = outside.run(|| TcpListener::bind(SERVER).unwrap());
        let answering = thread::spawn(move || echo(&listener));
        inside.run(|| exchange(SERVER));
        let peer = answering.join().unwrap();
        assert_eq!(peer.ip().to_string(), "10.0.0.2");
        inside.run(|| run("ping -c 5 -i 0.002 -W 10 192.0.2.2"));

        let [client, other] = inside.run(|| ["10.0.0.2:5000", "10.0.0.2:5001"].map(bind_udp));
        let server = outside.run(|| bind_udp(SERVER));
        let mut received = [0; 16];
        client.send_to(b"question", SERVER).unwrap();
        server.recv_from(&mut received).unwrap();
        // Nobody asked at this port.
        server.send_to(b"unasked", "10.0.0.2:5001").unwrap();
        server.send_to(b"answer", "10.0.0.2:5000").unwrap();
        let (len, _) = client.recv_from(&mut received).unwrap();
        assert_eq!(received[..len], *b"answer");
        other.set_nonblocking(true).unwrap();
        assert!(other.recv_from(&mut received).is_err());

        let report = firewall.stop();
        report.expect(&[("opened", 3), ("denied", 1), ("stray", 0), ("crowded", 0)]);
        report.expect(&[("malformed", 0), ("full", 0), ("held", 0)]);
        assert!(report.count("passed") > 2 * BYTES as u64 / 1500);
    }
}
