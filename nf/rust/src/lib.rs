//! Network functions on AF_XDP sockets, in safe Rust.
//!
//! A function has a [`Port`]: a socket with all that belongs to it. It opens one itself, which takes privilege
//! ([`OpenOptions`]), or joins a chain, for which the monitor hands it one ([`JoinOptions`]). From then on it is the
//! same few calls again and again:
//!
//! ```no_run
//! use flash_nf::{JoinOptions, Port, WaitOptions};
//!
//! # fn main() -> Result<(), flash_nf::Error> {
//! let port = Port::join(&JoinOptions::new("web", "firewall"))?;
//! while !port.leaving() {
//!     let room = port.room();
//!     let mut count = 0;
//!     for mut packet in port.receive(room.min(64)) {
//!         count += 1;
//!         if packet.len() < 14 {
//!             continue; // dropped here
//!         }
//!         packet[0] |= 2;
//!         let _ = packet.send(0); // there is room for it
//!     }
//!     if count > 0 {
//!         port.flush()?;
//!     } else {
//!         port.wait(&WaitOptions::new())?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Packet`] is owned. It is sent, which moves it, kept, or dropped, which frees its frame for the next one. So
//! nobody can use a packet that is on its way, keep one longer than its port, or reach the frame of anybody else:
//! [`promises`] has an example of each that does not compile.
//!
//! # Threads
//!
//! Nothing is locked. A port belongs to one thread at a time, and its packets stay there: [`Port`] is [`Send`] and not
//! [`Sync`], a [`Packet`] neither. The only other party that touches the memory is the kernel, through the four rings;
//! that meeting is checked with loom.
//!
//! # What is not believed
//!
//! The rings are shared with the kernel, and whatever it writes there does no harm: a descriptor that names a frame
//! outside of the memory, or one that the program has already, is counted ([`Stats::impossible`]) and not followed.
//! Other programs that share the memory, if the chain file says so, can write into it at any time unless they use a
//! library like this one. Who writes that file answers for them, as for the kernel: the bytes of a packet are its own as
//! long as all of them keep to the protocol. Frames of others still have no names here.
#![deny(unsafe_code)]

#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
pub mod headers;
#[cfg(not(loom))]
mod join;
#[cfg(not(loom))]
mod monitor;
#[cfg(not(loom))]
mod open;
#[cfg(not(loom))]
mod packet;
#[cfg(not(loom))]
mod port;
#[cfg(not(loom))]
pub mod promises;
#[cfg(not(loom))]
mod protocol;
#[cfg(not(loom))]
mod redirect;
#[cfg(not(loom))]
mod socket;
#[cfg(not(loom))]
mod stats;
#[cfg_attr(loom, allow(dead_code))]
mod sys;
#[cfg(not(loom))]
mod wait;

#[cfg(not(loom))]
pub use crate::{
    error::Error,
    join::{JoinOptions, MONITOR_PATH},
    open::{Mode, OpenOptions},
    packet::{OutOfRoom, Packet, SendError},
    port::{Port, Received},
    redirect::Redirect,
    stats::{FrameCounts, KernelStats, Stats},
    wait::{wait, WaitOptions, Wake},
};
