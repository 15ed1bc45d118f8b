//! Builds the XDP program that hands packets to sockets.
use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("../../../bpf/xsk_redirect.bpf.c");
    let object = Path::new(&env::var_os("OUT_DIR").unwrap()).join("xsk_redirect.bpf.o");
    println!("cargo:rerun-if-changed={}", source.display());
    println!("cargo:rustc-env=XSK_REDIRECT={}", object.display());
    let multiarch = format!("-I/usr/include/{}-linux-gnu", env::consts::ARCH);
    let status = Command::new("clang")
        .args(["-O2", "-g", "-target", "bpf", &multiarch, "-c"])
        .arg(&source)
        .arg("-o")
        .arg(&object)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "clang does not build {}",
        source.display()
    );
}
