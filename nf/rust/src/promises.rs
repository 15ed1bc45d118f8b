//! What a program cannot do by mistake, each promise with a program that keeps it and one that does not compile.
//!
//! Opening a port is left out: all of them begin with a `port`.
//!
//! # A packet that was sent is not touched any more
//!
//! The kernel, or the next function, has it.
//!
//! ```
//! # fn function(port: &flash_nf::Port) {
//! for mut packet in port.receive(64) {
//!     packet[0] = 0;
//!     packet.send(0).ok();
//! }
//! # }
//! ```
//!
//! ```compile_fail,E0382
//! # fn function(port: &flash_nf::Port) {
//! for mut packet in port.receive(64) {
//!     packet.send(0).ok();
//!     packet[0] = 0;
//! }
//! # }
//! ```
//!
//! # A packet is sent once
//!
//! ```compile_fail,E0382
//! # fn function(port: &flash_nf::Port) {
//! for packet in port.receive(64) {
//!     packet.send(0).ok();
//!     packet.send(1).ok();
//! }
//! # }
//! ```
//!
//! # There is no second packet in a frame
//!
//! A copy of a packet has a frame of its own.
//!
//! ```
//! # fn function(packet: flash_nf::Packet<'_>, port: &flash_nf::Port) {
//! let mut copy = port.allocate().unwrap();
//! copy.grow_back(packet.len()).unwrap();
//! copy.copy_from_slice(&packet);
//! # }
//! ```
//!
//! ```compile_fail,E0599
//! # fn function(packet: flash_nf::Packet<'_>) {
//! let copy: flash_nf::Packet<'_> = packet.clone();
//! # }
//! ```
//!
//! # Nobody keeps bytes of a packet that is gone
//!
//! ```
//! # fn function(packet: flash_nf::Packet<'_>) {
//! let header = packet[..14].to_vec();
//! packet.send(0).ok();
//! assert_eq!(header.len(), 14);
//! # }
//! ```
//!
//! ```compile_fail,E0505
//! # fn function(packet: flash_nf::Packet<'_>) {
//! let header = &packet[..14];
//! packet.send(0).ok();
//! assert_eq!(header.len(), 14);
//! # }
//! ```
//!
//! # Who reads a packet does not see it change
//!
//! ```compile_fail,E0502
//! # fn function(mut packet: flash_nf::Packet<'_>) {
//! let ether_type = &packet[12..14];
//! packet[12] = 8;
//! assert_eq!(ether_type, [8, 0]);
//! # }
//! ```
//!
//! # A packet is not kept longer than its port
//!
//! ```
//! # fn function(port: flash_nf::Port) {
//! let kept: Vec<_> = port.receive(64).collect();
//! drop(kept);
//! drop(port);
//! # }
//! ```
//!
//! ```compile_fail,E0505
//! # fn function(port: flash_nf::Port) {
//! let kept: Vec<_> = port.receive(64).collect();
//! drop(port);
//! drop(kept);
//! # }
//! ```
//!
//! # Frames cannot be named
//!
//! A packet is received or allocated, and nothing makes one of a number, an address or another port.
//!
//! ```compile_fail,E0451
//! # fn function(port: &flash_nf::Port, other: flash_nf::Packet<'_>) {
//! let packet = flash_nf::Packet { port, ..other };
//! # }
//! ```
//!
//! ```compile_fail,E0603
//! use flash_nf::sys::frames::Frame;
//! ```
//!
//! # A port belongs to one thread, with all its packets
//!
//! It can be opened in one and used in another.
//!
//! ```
//! # fn function(port: flash_nf::Port) {
//! std::thread::spawn(move || port.receive(64).count());
//! # }
//! ```
//!
//! ```compile_fail,E0277
//! # fn function(port: &flash_nf::Port) {
//! std::thread::scope(|scope| {
//!     scope.spawn(|| port.receive(64).count());
//! });
//! # }
//! ```
//!
//! ```compile_fail,E0277
//! # fn function(packet: flash_nf::Packet<'_>) {
//! std::thread::scope(|scope| {
//!     scope.spawn(move || packet.send(0).ok());
//! });
//! # }
//! ```
//!
//! # A packet that was not sent is not lost sight of
//!
//! ```
//! #![deny(unused_must_use)]
//! # fn function<'p>(packet: flash_nf::Packet<'p>, later: &mut Vec<flash_nf::Packet<'p>>) {
//! if let Err(error) = packet.send(0) {
//!     later.push(error.into_packet());
//! }
//! # }
//! ```
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # fn function(packet: flash_nf::Packet<'_>) {
//! packet.send(0);
//! # }
//! ```
