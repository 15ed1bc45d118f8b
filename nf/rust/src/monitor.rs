//! How a function talks to the monitor.
use std::cell::{Cell, RefCell};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{
    connect, recvmsg, sendmsg, socket_with, AddressFamily, RecvAncillaryBuffer,
    RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    SocketAddrUnix, SocketFlags, SocketType,
};

use crate::port::Port;
use crate::protocol::{decode, Message, JOIN_LEN, MOST_BYTES};

const RETRY: Duration = Duration::from_secs(1);
const HEAR_EVERY: Duration = Duration::from_millis(1);

/// A socket, the memory behind it, and whose each frame is if functions share that.
const MOST_FDS: usize = 3;

/// Who the function is, and where it says so.
#[derive(Clone)]
pub(crate) struct Request {
    pub path: PathBuf,
    pub join: [u8; JOIN_LEN],
}

/// Of a function that has joined.
pub(crate) struct Monitor {
    request: Request,
    /// The memory and who has what of it, as they were handed to us, to be shown to the next monitor.
    memory: Vec<OwnedFd>,
    connection: RefCell<Option<OwnedFd>>,
    /// It was asked, and has not answered.
    rejoining: Cell<bool>,
    next_attempt: Cell<Option<Instant>>,
    last_heard: Cell<Option<Instant>>,
}

impl Monitor {
    pub(crate) fn new(request: Request, memory: Vec<OwnedFd>, connection: OwnedFd) -> Self {
        Self {
            request,
            memory,
            connection: RefCell::new(Some(connection)),
            rejoining: Cell::new(false),
            next_attempt: Cell::new(None),
            last_heard: Cell::new(None),
        }
    }

    pub(crate) fn knows(&self) -> bool {
        self.connection.borrow().is_some() && !self.rejoining.get()
    }

    /// Calls with what is to be watched while nothing is heard.
    pub(crate) fn connection(&self) -> std::cell::Ref<'_, Option<OwnedFd>> {
        self.connection.borrow()
    }

    pub(crate) fn hear_in_passing(&self, port: &Port) {
        let now = Instant::now();
        let last = self.last_heard.get();
        if last.map_or(true, |last| now - last >= HEAR_EVERY) {
            self.last_heard.set(Some(now));
            self.hear(port);
        }
    }

    pub(crate) fn hear(&self, port: &Port) {
        self.look_for_another(port);
        loop {
            let heard = match &*self.connection.borrow() {
                Some(connection) => receive(connection.as_fd(), RecvFlags::DONTWAIT),
                None => return,
            };
            match heard {
                Err(Errno::AGAIN | Errno::INTR) => return,
                Ok(Some((message, _))) => self.heed(port, message),
                Ok(None) | Err(_) => self.lose(),
            }
        }
    }

    fn heed(&self, port: &Port, message: Option<Message>) {
        match message {
            Some(Message::Joined(joined)) => {
                self.rejoining.set(false);
                port.set_edges(joined.edges);
            }
            Some(Message::Edges(edges)) => port.set_edges(edges),
            Some(Message::Leave) => port.leave(),
            Some(Message::Refused { .. }) | None => self.lose(),
        }
    }

    fn lose(&self) {
        self.connection.replace(None);
        self.rejoining.set(false);
    }

    /// It may have been upgraded: a function that is there already is taken over with its socket.
    fn look_for_another(&self, port: &Port) {
        let now = Instant::now();
        let early = self.next_attempt.get().is_some_and(|next| now < next);
        if early || self.connection.borrow().is_some() {
            return;
        }
        self.next_attempt.set(Some(now + RETRY));
        let memory = self.memory.iter().map(AsFd::as_fd);
        let fds: Vec<_> = std::iter::once(port.as_fd()).chain(memory).collect();
        if let Ok(connection) = ask(&self.request, &fds, SocketFlags::NONBLOCK) {
            self.connection.replace(Some(connection));
            self.rejoining.set(true);
        }
    }
}

/// Connects and asks to join, with the descriptors of who has joined before.
pub(crate) fn ask(
    request: &Request,
    fds: &[BorrowedFd<'_>],
    flags: SocketFlags,
) -> Result<OwnedFd, Errno> {
    let connection = connect_to(&request.path, flags)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(fds));
    }
    sendmsg(
        &connection,
        &[IoSlice::new(&request.join)],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    Ok(connection)
}

fn connect_to(path: &Path, flags: SocketFlags) -> Result<OwnedFd, Errno> {
    let connection = socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC | flags,
        None,
    )?;
    connect(&connection, &SocketAddrUnix::new(path)?)?;
    Ok(connection)
}

type Heard = (Option<Message>, Vec<OwnedFd>);

/// A message, if it is one, and the descriptors that came with it; None at the end.
pub(crate) fn receive(
    connection: BorrowedFd<'_>,
    flags: RecvFlags,
) -> Result<Option<Heard>, Errno> {
    let mut data = [0; MOST_BYTES];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        connection,
        &mut [IoSliceMut::new(&mut data)],
        &mut control,
        flags | RecvFlags::CMSG_CLOEXEC,
    )?;
    let fds = control
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(fds) => Some(fds),
            _ => None,
        })
        .flatten()
        .collect();
    if received.bytes == 0 {
        return Ok(None);
    }
    Ok(Some((decode(&data[..received.bytes]), fds)))
}
