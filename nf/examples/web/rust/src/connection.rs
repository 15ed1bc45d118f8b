use std::time::Duration;

use smoltcp::socket::tcp::{Socket, SocketBuffer, State};

const RX_BYTES: usize = 4096;
const TX_BYTES: usize = 65536;
const MOST_REQUEST: usize = 4096;
/// Until a request is there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until all is over: who acknowledges a little now and then has a socket no longer than this.
const MOST_TIME: Duration = Duration::from_secs(60);
/// Until something that was sent is acknowledged.
const SILENCE: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(30);

/// What has become of one that was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    /// It was no request, too long, or came too late, or the reply was not taken in time.
    Refused,
}

/// A socket waits for one, has it, and waits again.
#[derive(Debug)]
pub struct Connection {
    port: u16,
    since: Option<Duration>,
    request: Vec<u8>,
    reply: Option<Reply>,
    /// It has taken too long.
    is_late: bool,
}

#[derive(Debug)]
struct Reply {
    head: Vec<u8>,
    has_body: bool,
    /// Of both.
    sent: usize,
}

pub fn listen(port: u16) -> Socket<'static> {
    let buffer = |bytes| SocketBuffer::new(vec![0; bytes]);
    let mut socket = Socket::new(buffer(RX_BYTES), buffer(TX_BYTES));
    socket.set_timeout(Some(SILENCE));
    // It was not open, and there is a port.
    let _ = socket.listen(port);
    socket
}

impl Connection {
    pub fn at(port: u16) -> Self {
        Self {
            port,
            since: None,
            request: Vec::new(),
            reply: None,
            is_late: false,
        }
    }

    pub fn is_open(&self) -> bool {
        self.since.is_some()
    }

    /// Does what can be done now.
    pub fn work(
        &mut self,
        socket: &mut Socket<'static>,
        now: Duration,
        page: &[u8],
    ) -> Option<Outcome> {
        match socket.state() {
            State::Listen | State::SynReceived => return None,
            // Nobody is waited for who may send what is old: a socket is needed for the next one.
            State::Closed | State::TimeWait => return self.end(socket),
            _ => {}
        }
        let since = *self.since.get_or_insert(now);
        if self.reply.is_none() {
            self.read(socket);
            let is_late = now - since > PATIENCE || !socket.may_recv();
            if self.reply.is_none() && (is_late || self.request.len() > MOST_REQUEST) {
                socket.abort();
            }
        }
        if now - since > MOST_TIME {
            self.is_late = true;
            socket.abort();
        } else if let Some(reply) = &mut self.reply {
            reply.go_on(socket, page);
        }
        None
    }

    fn end(&mut self, socket: &mut Socket<'static>) -> Option<Outcome> {
        *socket = listen(self.port);
        let ended = std::mem::replace(self, Self::at(self.port));
        ended.since?;
        Some(match ended.reply {
            Some(Reply { has_body: true, .. }) if !ended.is_late => Outcome::Answered,
            _ => Outcome::Refused,
        })
    }

    fn read(&mut self, socket: &mut Socket<'static>) {
        let mut bytes = [0; RX_BYTES];
        while socket.can_recv() && self.request.len() <= MOST_REQUEST {
            // It can.
            let len = socket.recv_slice(&mut bytes).unwrap_or_default();
            self.request.extend(&bytes[..len]);
        }
        if self.request.windows(4).any(|end| end == b"\r\n\r\n") {
            self.reply = Some(Reply::to(&self.request));
        }
    }
}

impl Reply {
    /// Whatever the name of the page is.
    fn to(request: &[u8]) -> Self {
        let has_body = request.starts_with(b"GET ");
        let status = match has_body {
            true => "200 OK",
            false => "405 Method Not Allowed\r\nAllow: GET",
        };
        let head = format!("HTTP/1.0 {status}\r\nConnection: close\r\n\r\n");
        Self {
            head: head.into(),
            has_body,
            sent: 0,
        }
    }

    fn go_on(&mut self, socket: &mut Socket<'static>, page: &[u8]) {
        let body = if self.has_body { page } else { &[] };
        let len = self.head.len() + body.len();
        while self.sent < len && socket.can_send() {
            let rest = match self.head.get(self.sent..) {
                Some(rest) if !rest.is_empty() => rest,
                _ => &body[self.sent - self.head.len()..],
            };
            // It can.
            self.sent += socket.send_slice(rest).unwrap_or_default();
        }
        if self.sent == len {
            socket.close();
        }
    }
}
