//! The program on a veth pair. curl talks to it.
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use testbed::{make_veth, on_device, run, Running, Scratch, DEADLINE};

const URL: &str = "http://10.0.0.1/";
const PAGE_BYTES: usize = 300_000;

fn page() -> Vec<u8> {
    (0..PAGE_BYTES)
        .map(|at| (at * 7 + at / 251) as u8)
        .collect()
}

fn start(scratch: &Scratch) -> Running {
    make_veth();
    // What the kernel would not need to ask for.
    run("ip neighbour del 10.0.0.1 dev b");
    let path = scratch.path("page");
    fs::write(&path, page()).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_web"));
    let station = ["--mac", "02:00:00:00:00:01", "--address", "10.0.0.1/24"];
    Running::start(on_device(program, &station).args(["--page", &path]))
}

fn curl(url: &str) -> Command {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--max-time", "60", url])
        .stdout(Stdio::piped());
    command
}

fn expect_page(output: &Output) {
    assert!(output.status.success(), "{output:?}");
    assert!(
        output.stdout == page(),
        "{} bytes came",
        output.stdout.len()
    );
}

/// Who answers a ping has seen what came before.
fn let_it_hear_the_end() {
    run("ping -c 1 -W 10 10.0.0.1");
}

fn connect() -> TcpStream {
    let stream = TcpStream::connect("10.0.0.1:80").unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn curl_fetches_a_page_also_many_times_at_once_and_one_after_the_other() {
    let scratch = Scratch::new("web");
    let web = start(&scratch);

    let at_once: Vec<_> = (0..8).map(|_| curl(URL).spawn().unwrap()).collect();
    for curl in at_once {
        expect_page(&curl.wait_with_output().unwrap());
    }
    // More than it has sockets: each is there again at once.
    let in_turn = curl("http://10.0.0.1/[1-100]").output().unwrap();
    assert!(in_turn.status.success(), "{in_turn:?}");
    assert!(in_turn.stdout == page().repeat(100));
    let_it_hear_the_end();

    let report = web.stop();
    assert_eq!(report.count("answered"), 8 + 100, "{report:?}");
    report.expect(&[("refusedRequests", 0), ("held", 0), ("refused", 0)]);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn what_is_no_request_of_a_page_is_refused() {
    let scratch = Scratch::new("web");
    let web = start(&scratch);

    let head = curl(URL).arg("--head").output().unwrap();
    assert!(
        String::from_utf8_lossy(&head.stdout).starts_with("HTTP/1.0 405 "),
        "{head:?}"
    );

    let mut half = connect();
    half.write_all(b"GET / HTTP/1.0\r\n").unwrap();
    half.shutdown(Shutdown::Write).unwrap();
    let mut nothing = Vec::new();
    assert_eq!(
        half.read_to_end(&mut nothing).unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );

    let mut endless = connect();
    while endless.write_all(&[b'x'; 1000]).is_ok() {}

    let closed = curl("http://10.0.0.1:81/").output().unwrap();
    assert_eq!(closed.status.code(), Some(7));

    // All that does no harm to others.
    expect_page(&curl(URL).output().unwrap());
    let_it_hear_the_end();
    let report = web.stop();
    report.expect(&[("answered", 1), ("refusedRequests", 3)]);
}
