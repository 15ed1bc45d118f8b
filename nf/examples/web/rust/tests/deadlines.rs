//! Connections over a loopback device of smoltcp, whose time is what the test says.
#![allow(dead_code)] // Of what is tested.
#[path = "../src/connection.rs"]
mod connection;

use std::time::Duration;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Loopback, Medium};
use smoltcp::socket::tcp::{Socket, SocketBuffer};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};

use connection::{listen, Connection, Outcome};

const PORT: u16 = 80;
static PAGE: [u8; 500_000] = [0x55; 500_000];

struct Pair {
    device: Loopback,
    interface: Interface,
    sockets: SocketSet<'static>,
    server: SocketHandle,
    client: SocketHandle,
    connection: Connection,
}

/// A client that takes in so many bytes, and has said something.
fn connect(window: usize, request: &[u8]) -> Pair {
    let mut device = Loopback::new(Medium::Ethernet);
    let config = Config::new(EthernetAddress([2, 0, 0, 0, 0, 1]).into());
    let mut interface = Interface::new(config, &mut device, Instant::ZERO);
    let address = IpAddress::v4(127, 0, 0, 1);
    interface.update_ip_addrs(|all| all.push(IpCidr::new(address, 8)).unwrap());
    let buffer = |bytes| SocketBuffer::new(vec![0; bytes]);
    let mut sockets = SocketSet::new(Vec::new());
    let server = sockets.add(listen(PORT));
    let client = sockets.add(Socket::new(buffer(window), buffer(1000)));
    let socket = sockets.get_mut::<Socket>(client);
    socket
        .connect(interface.context(), (address, PORT), 5000)
        .unwrap();
    let mut pair = Pair {
        device,
        interface,
        sockets,
        server,
        client,
        connection: Connection::at(PORT),
    };
    assert_eq!(pair.go_on(Duration::ZERO), None);
    let socket = pair.sockets.get_mut::<Socket>(client);
    assert_eq!(socket.send_slice(request), Ok(request.len()));
    pair
}

impl Pair {
    fn go_on(&mut self, now: Duration) -> Option<Outcome> {
        let time = Instant::from_micros(now.as_micros() as i64);
        let mut outcome = None;
        for _ in 0..20 {
            self.interface
                .poll(time, &mut self.device, &mut self.sockets);
            let socket = self.sockets.get_mut::<Socket>(self.server);
            outcome = outcome.or(self.connection.work(socket, now, &PAGE));
        }
        outcome
    }

    /// The client reads once a second. After how many it has ended, and how.
    fn end(&mut self) -> (u64, Outcome) {
        let mut bytes = [0; 10_000];
        for second in 0..200 {
            if let Some(outcome) = self.go_on(Duration::from_secs(second)) {
                return (second, outcome);
            }
            let client = self.sockets.get_mut::<Socket>(self.client);
            if client.may_recv() {
                let _ = client.recv_slice(&mut bytes);
            } else {
                client.close();
            }
        }
        panic!("it does not end");
    }
}

#[test]
fn a_client_that_asks_for_nothing_is_refused_after_ten_seconds() {
    let mut pair = connect(1000, b"GET ");

    assert_eq!(pair.end(), (11, Outcome::Refused));
}

#[test]
fn a_client_that_reads_slowly_is_refused_after_a_minute() {
    let mut pair = connect(1000, b"GET / HTTP/1.0\r\n\r\n");

    assert_eq!(pair.end(), (61, Outcome::Refused));
}

#[test]
fn a_client_that_reads_for_less_than_a_minute_has_the_page() {
    let mut pair = connect(10_000, b"GET / HTTP/1.0\r\n\r\n");

    let (seconds, outcome) = pair.end();

    assert!((30..=60).contains(&seconds), "{seconds}");
    assert_eq!(outcome, Outcome::Answered);
}
