use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::thread;

use crate::DEADLINE;

/// How many go over a connection each way.
pub const BYTES: usize = 3_000_000;

fn some_bytes() -> Vec<u8> {
    (0..BYTES).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// Sends bytes to [`echo`], and expects them back.
pub fn exchange(server: &str) {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let sender = thread::spawn(move || {
        writer.write_all(&some_bytes()).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    sender.join().unwrap();
    assert!(
        received == some_bytes(),
        "{} bytes came back",
        received.len()
    );
}

/// Takes one connection, and sends back what comes. Returns who that was.
pub fn echo(listener: &TcpListener) -> std::net::SocketAddr {
    let (mut stream, peer) = listener.accept().unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    stream.write_all(&received).unwrap();
    peer
}

/// A socket that does not wait for ever.
pub fn bind_udp(address: &str) -> UdpSocket {
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}
