//! What cannot be said in safe Rust: memory that is shared with the kernel. Nothing outside this module is unsafe.
#![allow(unsafe_code)]

#[cfg(not(loom))]
pub(crate) mod frames;
#[cfg(not(loom))]
pub(crate) mod mapping;
#[cfg(not(loom))]
pub(crate) mod options;
#[cfg(not(loom))]
pub(crate) mod owners;
pub(crate) mod ring;
