use std::fmt;
use std::ops::{Deref, DerefMut, Range};

use crate::port::Port;
use crate::sys::frames::Frame;

/// A packet that the program has, as bytes from the first of its Ethernet header on.
///
/// It is [sent](Packet::send), kept, or dropped: then its frame is used for another one. A program that keeps packets
/// keeps frames that none can be received into.
pub struct Packet<'p> {
    port: &'p Port,
    frame: Frame<'p>,
    /// What is in use of the frame.
    start: u32,
    end: u32,
}

/// As the kernel leaves before what it receives.
const USUAL_HEADROOM: u32 = 256;

impl<'p> Packet<'p> {
    pub(crate) fn received(port: &'p Port, frame: Frame<'p>, range: Range<u32>) -> Self {
        let Range { start, end } = range;
        Self {
            port,
            frame,
            start,
            end,
        }
    }

    pub(crate) fn empty(port: &'p Port, frame: Frame<'p>) -> Self {
        Self::received(port, frame, USUAL_HEADROOM..USUAL_HEADROOM)
    }

    /// Moves it into an edge, which leads to another function, or onto the wire where there is no other edge than 0.
    /// It leaves with [`Port::flush`] or [`Port::wait`].
    ///
    /// # Errors
    ///
    /// The packet comes back if there is no room, or no such edge.
    pub fn send(self, edge: u32) -> Result<(), SendError<'p>> {
        if edge >= self.port.edges() {
            return Err(SendError::NoSuchEdge(self));
        }
        let Self {
            port,
            frame,
            start,
            end,
        } = self;
        port.socket()
            .send(frame, start..end, edge)
            .map_err(|frame| SendError::Full(Self::received(port, frame, start..end)))
    }

    /// How many bytes can be added in front.
    pub fn headroom(&self) -> usize {
        self.start as usize
    }

    /// How many bytes can be added behind.
    pub fn tailroom(&self) -> usize {
        (self.frame.size() - self.end) as usize
    }

    /// Adds zeros in front, for a header.
    ///
    /// # Errors
    ///
    /// [`OutOfRoom`] if that is more than [`Packet::headroom`].
    pub fn grow_front(&mut self, count: usize) -> Result<(), OutOfRoom> {
        let start = self.headroom().checked_sub(count).ok_or(OutOfRoom)?;
        let old = self.headroom();
        self.frame.bytes_mut()[start..old].fill(0);
        self.start = start as u32;
        Ok(())
    }

    /// Adds zeros behind.
    ///
    /// # Errors
    ///
    /// [`OutOfRoom`] if that is more than [`Packet::tailroom`].
    pub fn grow_back(&mut self, count: usize) -> Result<(), OutOfRoom> {
        if count > self.tailroom() {
            return Err(OutOfRoom);
        }
        let (old, end) = (self.end as usize, self.end as usize + count);
        self.frame.bytes_mut()[old..end].fill(0);
        self.end = end as u32;
        Ok(())
    }

    /// Takes bytes away in front, such as a header.
    ///
    /// # Errors
    ///
    /// [`OutOfRoom`] if there are not so many.
    pub fn strip_front(&mut self, count: usize) -> Result<(), OutOfRoom> {
        if count > self.len() {
            return Err(OutOfRoom);
        }
        self.start += count as u32;
        Ok(())
    }

    /// Takes bytes away behind, if it is longer than `len`.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.end = self.start + len as u32;
        }
    }

    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Deref for Packet<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.frame.bytes()[self.range()]
    }
}

impl DerefMut for Packet<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        let range = self.range();
        &mut self.frame.bytes_mut()[range]
    }
}

impl fmt::Debug for Packet<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Packet({} bytes)", self.len())
    }
}

/// There are not so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are not so many bytes")]
pub struct OutOfRoom;

/// Why a packet was not sent, with the packet.
#[derive(Debug, thiserror::Error)]
pub enum SendError<'p> {
    /// The TX ring is full. [`Port::wait`] waits for room now.
    #[error("there is no room on TX")]
    Full(Packet<'p>),
    /// The function has no such edge, see [`Port::edges`].
    #[error("there is no such edge")]
    NoSuchEdge(Packet<'p>),
}

impl<'p> SendError<'p> {
    /// The packet that was not sent.
    pub fn into_packet(self) -> Packet<'p> {
        match self {
            Self::Full(packet) | Self::NoSuchEdge(packet) => packet,
        }
    }
}
