//! A monitor that says what it should not, and one that says what the real one says only with FLASH.
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use flash_nf::{Error, JoinOptions, Port, SendError, WaitOptions, Wake};
use rustix::fs::{ftruncate, memfd_create, MemfdFlags};
use rustix::io::{pread, pwrite, Errno};
use rustix::net::{
    accept, bind, listen, recv, sendmsg, socket, AddressFamily, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketType,
};
use testbed::{make_veth, wait_until, Place, DEADLINE, RING_SIZE};

/// A path at which nobody listens yet.
fn path_for(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("flash-{name}-{}", std::process::id()))
}

fn listen_at(path: &PathBuf) -> OwnedFd {
    let _ = std::fs::remove_file(path);
    let listener = socket(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    bind(&listener, &SocketAddrUnix::new(path).unwrap()).unwrap();
    listen(&listener, 1).unwrap();
    listener
}

/// Hears one program, and says all of it. Ends when the program does.
fn monitor(path: &PathBuf, messages: Vec<Vec<u8>>, fds: Vec<OwnedFd>) -> JoinHandle<Vec<u8>> {
    let listener = listen_at(path);
    let path = path.clone();
    thread::spawn(move || {
        let program = accept(&listener).unwrap();
        let mut request = [0; 100];
        let (len, _) = recv(&program, &mut request, RecvFlags::empty()).unwrap();
        for (index, message) in messages.iter().enumerate() {
            let with: Vec<BorrowedFd<'_>> = fds.iter().map(AsFd::as_fd).collect();
            say(&program, message, if index == 0 { &with } else { &[] });
        }
        if messages.len() > 1 {
            recv(&program, &mut [0; 1], RecvFlags::empty()).unwrap();
        }
        std::fs::remove_file(path).unwrap();
        request[..len].to_vec()
    })
}

fn say(program: &OwnedFd, message: &[u8], fds: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        assert!(control.push(SendAncillaryMessage::ScmRights(fds)));
    }
    let parts = [IoSlice::new(message)];
    sendmsg(program, &parts, &mut control, SendFlags::NOSIGNAL).unwrap();
}

fn message(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn joined(frame_size: u32, frames: u32, own: u32, ring: u32) -> Vec<u8> {
    message(&[1, 2, frame_size, frames, 0, own, ring, ring, ring, ring, 1])
}

/// Into a memory that functions share, as the one of this number.
fn joined_as(owner: u32) -> Vec<u8> {
    message(&[1, 2, 2048, 8, owner, 4, 64, 64, 64, 64, 1])
}

fn memory(frames: u64) -> OwnedFd {
    let memory = memfd_create("memory", MemfdFlags::ALLOW_SEALING).unwrap();
    ftruncate(&memory, frames * 2048).unwrap();
    memory
}

fn sealed(frames: u64) -> OwnedFd {
    let memory = memory(frames);
    rustix::fs::fcntl_add_seals(&memory, rustix::fs::SealFlags::SHRINK).unwrap();
    memory
}

fn empty() -> OwnedFd {
    sealed(0)
}

fn any_socket() -> OwnedFd {
    socket(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap()
}

/// As in nf/c/protocol.h.
const REFUSAL_LEN: usize = 212;

/// Refuses one program after the other, each for its reason.
fn refuser(path: &PathBuf, errnos: &'static [Errno]) -> JoinHandle<()> {
    let listener = listen_at(path);
    thread::spawn(move || {
        for errno in errnos {
            let program = accept(&listener).unwrap();
            recv(&program, &mut [0; 100], RecvFlags::empty()).unwrap();
            let mut refusal = message(&[1, 3, errno.raw_os_error() as u32]);
            refusal.resize(REFUSAL_LEN, 0);
            say(&program, &refusal, &[]);
        }
    })
}

#[test]
fn who_waits_for_a_queue_asks_again() {
    let path = path_for("again");
    let options = JoinOptions::new("web", "firewall").monitor(&path);
    let monitor = refuser(&path, &[Errno::AGAIN, Errno::AGAIN, Errno::NOENT]);

    let at_once = Port::join(&options).err().unwrap();
    let waited = Port::join(&options.queue_wait(DEADLINE)).err().unwrap();

    monitor.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(at_once.raw_os_error(), Some(Errno::AGAIN.raw_os_error()));
    assert_eq!(waited.raw_os_error(), Some(Errno::NOENT.raw_os_error()));
}

fn join(path: &PathBuf) -> Result<Port, Error> {
    Port::join(&JoinOptions::new("web", "firewall").monitor(path))
}

#[test]
fn a_monitor_that_makes_no_sense_is_not_followed() {
    let path = path_for("no-sense");
    let both = |memory| vec![any_socket(), memory];

    for (answer, fds, what) in [
        (vec![1, 2, 3], vec![], "its answer is none"),
        (message(&[1, 5]), vec![], "its answer is none"),
        (joined(2048, 8, 8, 64), vec![], "no socket and memory came"),
        (
            joined(2048, 8, 8, 64),
            vec![any_socket()],
            "no socket and memory came",
        ),
        (
            joined(2048, 8, 8, 64),
            both(memory(8)),
            "the memory could shrink",
        ),
        (
            joined(2048, 9, 9, 64),
            both(sealed(8)),
            "the memory is too small",
        ),
        (
            joined(2048, 0, 0, 64),
            both(sealed(8)),
            "the memory is too small",
        ),
        (
            joined(0, 8, 8, 64),
            both(sealed(8)),
            "the size of a frame cannot be",
        ),
        (
            joined(3000, 8, 8, 64),
            both(sealed(8)),
            "the size of a frame cannot be",
        ),
        (
            joined(2048, 8, 9, 64),
            both(sealed(8)),
            "there are no such frames",
        ),
        (
            joined(2048, 8, 8, 48),
            both(sealed(8)),
            "the size of a ring is no power of two",
        ),
        (joined_as(7), both(sealed(8)), "no socket and memory came"),
        (
            joined_as(7),
            vec![any_socket(), sealed(8), memory(1)],
            "the memory could shrink",
        ),
        (
            joined_as(7),
            vec![any_socket(), sealed(8), empty()],
            "the memory is too small",
        ),
        (
            joined_as(255),
            vec![any_socket(), sealed(8), sealed(1)],
            "its answer is none",
        ),
    ] {
        let monitor = monitor(&path, vec![answer], fds);

        let error = join(&path).unwrap_err();

        let wanted = format!("the monitor does not keep to the protocol: {what}");
        assert_eq!(error.to_string(), wanted);
        monitor.join().unwrap();
    }
}

#[test]
fn what_is_no_af_xdp_socket_is_refused() {
    let path = path_for("no-socket");
    let fds = vec![any_socket(), sealed(8)];
    let monitor = monitor(&path, vec![joined(2048, 8, 8, 64)], fds);

    let error = join(&path).unwrap_err();

    assert!(
        error.to_string().starts_with("mapping the rings: "),
        "{error}"
    );
    monitor.join().unwrap();
}

#[test]
fn a_monitor_that_hangs_up_is_an_error() {
    let path = path_for("hangs-up");
    let monitor = monitor(&path, vec![], vec![]);

    let error = join(&path).unwrap_err();

    assert_eq!(error.raw_os_error(), Some(libc::ECONNRESET));
    let request = monitor.join().unwrap();
    assert_eq!((request.len(), &request[8..12]), (72, &b"web\0"[..]));
}

#[test]
fn names_that_are_too_long_are_refused() {
    let error = Port::join(&JoinOptions::new("a".repeat(32), "b")).unwrap_err();

    assert_eq!(error.to_string(), "a name has 1 to 31 bytes");
}

const OURS: u8 = 7;
const NEIGHBOURS: u8 = 9;

fn marked_as_ours(owners: &OwnedFd) -> usize {
    let mut bytes = [0; 256];
    assert_eq!(pread(owners, &mut bytes, 0).unwrap(), bytes.len());
    bytes.iter().filter(|&&owner| owner == OURS).count()
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_function_that_shares_a_memory_takes_its_frames_and_says_what_it_gets_back() {
    make_veth();
    let Place { socket, memory } = Place::open("a", 256);
    let owners = sealed(1);
    let half: Vec<u8> = [OURS, NEIGHBOURS].repeat(128);
    pwrite(&owners, &half, 0).unwrap();
    let path = path_for("shares");
    let ring = RING_SIZE;
    let joined = message(&[1, 2, 2048, 256, OURS.into(), 100, ring, ring, ring, ring, 1]);
    let fds = vec![socket, memory, owners.try_clone().unwrap()];
    let monitor = monitor(&path, vec![joined], fds);

    let port = join(&path).unwrap();

    let counts = port.frames();
    assert_eq!(
        (counts.free, counts.filled),
        (64, 64),
        "all that are its own"
    );
    pwrite(&owners, &[NEIGHBOURS; 256], 0).unwrap();
    for _ in 0..10 {
        let mut packet = port.allocate().unwrap();
        packet.grow_back(60).unwrap();
        packet.send(0).unwrap();
    }
    assert_eq!(marked_as_ours(&owners), 0);
    wait_until("the kernel has given them back", || {
        port.flush().unwrap();
        port.frames().sending == 0
    });
    assert_eq!(marked_as_ours(&owners), 10);
    drop(port);
    monitor.join().unwrap();
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn edges_come_and_go_as_the_monitor_says() {
    make_veth();
    let Place { socket, memory } = Place::open("a", 128);
    let path = path_for("edges");
    let messages = vec![
        joined(2048, 128, 128, RING_SIZE),
        message(&[1, 4, 3]),
        message(&[1, 5]),
    ];
    let monitor = monitor(&path, messages, vec![socket, memory]);

    let port = join(&path).unwrap();

    let patiently = WaitOptions::new().timeout(DEADLINE);
    while !port.leaving() {
        assert_eq!(port.wait(&patiently).unwrap(), Wake::Changed);
    }
    assert_eq!(port.edges(), 3);
    let send = |edge| {
        let mut packet = port.allocate().unwrap();
        packet.grow_back(60).unwrap();
        packet.send(edge).map_err(SendError::into_packet).is_ok()
    };
    assert_eq!([0, 1, 2, 3].map(send), [true, true, true, false]);
    wait_until("the kernel has refused what has no target", || {
        port.flush().unwrap();
        port.stats().unwrap().kernel.tx_invalid == 2
    });
    drop(port);
    monitor.join().unwrap();
}
