use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::xdp_object;

/// An example in both languages. That in C is where `npm test` builds it.
pub fn both(rust: &str, name: &str) -> [PathBuf; 2] {
    [rust.into(), in_c(name)]
}

pub(crate) fn in_c(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../out/native");
    let program = built.join(name);
    assert!(
        program.exists(),
        "{} is built by: make -C nf OUT=../out/native",
        program.display()
    );
    program
}

/// To be started on a, see [`crate::make_veth`].
pub fn on_device(program: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["--device", "a", "--xdp"]);
    command.arg(xdp_object()).args(args);
    command
}

/// An example that is ready. It ends with the test.
pub struct Running {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// Waits until it is.
    pub fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut running = Self { process, output };
        let mut line = String::new();
        running.output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{command:?}");
        running
    }

    /// Asks it to end.
    pub fn stop(self) -> Report {
        crate::run(&format!("kill -TERM {}", self.process.id()));
        self.report()
    }

    /// Waits until it has ended.
    pub fn report(mut self) -> Report {
        let mut report = String::new();
        self.output.read_to_string(&mut report).unwrap();
        assert!(self.process.wait().unwrap().success());
        Report(report)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Has no effect on one that has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a program says at its end: numbers with names, in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report(pub(crate) String);

impl Report {
    /// By its name.
    pub fn count(&self, name: &str) -> u64 {
        let members = self.0.trim().trim_matches(['{', '}']).split(',');
        let mut found = members.filter_map(|member| member.split_once(':'));
        match found.find(|(each, _)| each.trim_matches('"') == name) {
            Some((_, count)) => count.parse().unwrap(),
            None => panic!("no {name} in {self:?}"),
        }
    }

    /// All at once.
    pub fn expect(&self, counts: &[(&str, u64)]) {
        let found: Vec<_> = counts
            .iter()
            .map(|(name, _)| (*name, self.count(name)))
            .collect();
        assert_eq!(found, counts, "{self:?}");
    }
}
