//! What cannot be opened, and what is said then.
use std::time::{Duration, Instant};

use flash_nf::{Error, JoinOptions, Mode, OpenOptions, Port, Redirect};
use testbed::{make_veth, DEADLINE};

fn refusal(options: &OpenOptions) -> Error {
    Port::open(options).unwrap_err()
}

#[test]
fn sizes_that_cannot_be_are_refused_by_name() {
    let options = || OpenOptions::new("a");

    for (options, what) in [
        (
            options().frame_size(1024),
            "a frame has 2048 or 4096 bytes, not 1024",
        ),
        (options().frame_count(0), "there cannot be 0 frames"),
        (
            options().frame_count(1 << 22),
            "there cannot be 4194304 frames",
        ),
        (
            options().ring_size(48),
            "48 entries of a ring are no power of two",
        ),
        (
            options().ring_size(0),
            "0 entries of a ring are no power of two",
        ),
    ] {
        assert_eq!(refusal(&options).to_string(), what);
    }
}

#[test]
fn without_a_monitor_no_chain_is_joined() {
    let error = Port::join(&JoinOptions::new("web", "firewall").monitor("/nowhere")).unwrap_err();

    assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
    assert!(error
        .to_string()
        .starts_with("asking the monitor at /nowhere: "));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_device_that_is_not_there_is_named() {
    make_veth();

    let error = refusal(&OpenOptions::new("nowhere").queue(3));

    assert_eq!(error.raw_os_error(), Some(libc::ENODEV));
    assert!(error
        .to_string()
        .starts_with("opening queue 3 of nowhere: "));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_queue_that_is_in_use_is_waited_for_as_long_as_wanted() {
    make_veth();
    let options = OpenOptions::new("a").mode(Mode::Copy);
    let first = Port::open(&options).unwrap();
    let start = Instant::now();
    let time = Duration::from_millis(20);

    let error = refusal(&options.clone().queue_wait(time));

    assert_eq!(error.raw_os_error(), Some(libc::EBUSY));
    assert!(start.elapsed() >= time);
    let closer = std::thread::spawn(move || drop(first));
    Port::open(&options.queue_wait(DEADLINE)).unwrap();
    closer.join().unwrap();
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn what_a_driver_cannot_do_is_refused() {
    make_veth();

    let error = refusal(&OpenOptions::new("a").mode(Mode::ZeroCopy));

    assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_program_that_cannot_be_attached_is_named_with_the_cause() {
    make_veth();
    let options = OpenOptions::new("a").queue_wait(DEADLINE);
    let with = |path: &str| options.clone().redirect(Redirect::Object(path.into()));

    let missing = refusal(&with("/nowhere.o")).to_string();
    let wrong = refusal(&with("/etc/passwd")).to_string();

    assert!(
        missing.starts_with("attaching /nowhere.o to a: "),
        "{missing}"
    );
    assert!(missing.contains("No such file"), "{missing}");
    assert!(wrong.starts_with("attaching /etc/passwd to a: "), "{wrong}");
}
