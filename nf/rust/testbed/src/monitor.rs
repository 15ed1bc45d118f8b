use std::env;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::io::Errno;
use rustix::net::{
    bind, connect, listen, recv, send, socket, socket_with, AddressFamily, RecvFlags, SendFlags,
    SocketAddrUnix, SocketFlags, SocketType,
};

use crate::wait_until;

/// The version of the protocol, and what says that a command follows.
const HEADER: [u32; 2] = [1, 16];
const STATUS: &str = r#"{"command":"status"}"#;

/// A monitor that runs in the network namespace of the test, with a folder of its own.
pub struct Monitor {
    folder: PathBuf,
    process: Child,
}

impl Monitor {
    /// With no chain.
    pub fn start(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("flash-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Functions are other users.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let process = serve(&folder);
        let mut monitor = Self { folder, process };
        monitor.await_ready();
        monitor
    }

    /// The path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// A folder that it shares with the test, and that everybody may read.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the chain what the text says.
    pub fn apply(&self, chain: &str) {
        // What Rust quotes is JSON as long as it is ASCII.
        self.command(&format!(
            r#"{{"command":"apply","file":"chain.yaml","text":{chain:?}}}"#
        ));
    }

    /// Returns when all is done that it was asked for.
    pub fn settle(&self) {
        self.command(STATUS);
    }

    /// Ends it as nothing else would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it, and has another one in its place to which nobody can connect: its queue is full.
    #[must_use = "it is there as long as this"]
    pub fn replace_by_a_deaf_one(&mut self) -> Vec<OwnedFd> {
        fs::remove_file(self.socket()).unwrap();
        let address = SocketAddrUnix::new(self.socket()).unwrap();
        let open = || {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap()
        };
        let mut all = vec![open()];
        bind(&all[0], &address).unwrap();
        listen(&all[0], 0).unwrap();
        loop {
            let connection = open();
            match connect(&connection, &address) {
                Err(Errno::AGAIN) => break,
                result => result.unwrap(),
            }
            all.push(connection);
        }
        self.kill();
        all
    }

    /// Starts the next one, which finds what this one left.
    pub fn restart(&mut self) {
        self.process = serve(&self.folder);
        self.await_ready();
    }

    fn await_ready(&mut self) {
        let log = self.folder.join("log");
        wait_until("the monitor answers", || {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "{}", fs::read_to_string(&log).unwrap());
            self.ask(STATUS).is_ok()
        });
    }

    fn command(&self, json: &str) {
        let answer = self.ask(json).unwrap();
        assert!(answer.starts_with(r#"{"status":"#), "{answer}");
    }

    fn ask(&self, json: &str) -> io::Result<String> {
        let connection = socket(AddressFamily::UNIX, SocketType::SEQPACKET, None)?;
        connect(&connection, &SocketAddrUnix::new(self.socket())?)?;
        let mut request = HEADER.map(u32::to_ne_bytes).concat();
        request.extend(json.as_bytes());
        send(&connection, &request, SendFlags::NOSIGNAL)?;
        let mut answer = vec![0; 1 << 16];
        let (len, _) = recv(&connection, &mut answer, RecvFlags::empty())?;
        Ok(String::from_utf8_lossy(answer[..len].get(8..).unwrap_or_default()).into_owned())
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn serve(folder: &Path) -> Child {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../dist/bundles/monitor.js");
    let log = fs::File::create(folder.join("log")).unwrap();
    // It ends with the thread of the test, however that ends.
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "node"])
        .arg(program)
        .args(["serve", "--socket"])
        .arg(folder.join("socket"))
        .arg("--state")
        .arg(folder.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}
