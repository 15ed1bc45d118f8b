use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::wait_until;

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
        let file = self.folder.join("chain.yaml");
        fs::write(&file, chain).unwrap();
        let output = command(&self.folder, "apply").arg(&file).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
    }

    /// Returns when all is done that it was asked for.
    pub fn settle(&self) {
        assert!(command(&self.folder, "status")
            .output()
            .unwrap()
            .status
            .success());
    }

    /// Ends it as nothing else would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
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
            let status = command(&self.folder, "status").output().unwrap();
            status.status.success()
        });
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
    let log = fs::File::create(folder.join("log")).unwrap();
    command(folder, "serve")
        .arg("--state")
        .arg(folder.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn command(folder: &Path, verb: &str) -> Command {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../dist/harness/cli.js");
    let mut node = Command::new("node");
    node.arg(cli).args(["monitor", verb, "--socket"]);
    node.arg(folder.join("socket"));
    node
}
