//! Rings that one program and the kernel have in common.
//!
//! ```text
//! producer                                consumer
//!   write entries                           load producer (acquire, B)
//!   store producer (release, A)             read entries
//!   load consumer (acquire, D)              store consumer (release, C)
//! ```
//!
//! A pairs with B, C with D. Nothing that the other side writes is believed: entries are found by masking, and there
//! are never more of them than the ring has.
use std::cell::Cell;

#[cfg(not(loom))]
use std::sync::atomic::{fence, AtomicU32, Ordering};

#[cfg(loom)]
use loom::sync::atomic::{fence, AtomicU32, Ordering};

const NEED_WAKEUP: u32 = 1;

/// `struct xdp_desc`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Descriptor {
    pub addr: u64,
    pub len: u32,
    pub options: u32,
}

/// The memory of a ring. A slot is written only by who is about to publish it, and read only by who was told of it.
pub(crate) trait Shared {
    type Entry: Copy;

    fn producer(&self) -> &AtomicU32;
    fn consumer(&self) -> &AtomicU32;
    fn flags(&self) -> &AtomicU32;
    /// A power of two.
    fn size(&self) -> u32;
    fn read(&self, slot: u32) -> Self::Entry;
    fn write(&self, slot: u32, entry: Self::Entry);
}

/// The side of the fill ring and of TX that is ours.
pub(crate) struct Producer<S> {
    shared: S,
    /// How many were ever written, and how many of them published.
    written: Cell<u32>,
    published: Cell<u32>,
    /// As far as the consumer was seen to be.
    consumed: Cell<u32>,
}

impl<S: Shared> Producer<S> {
    pub(crate) fn new(shared: S) -> Self {
        let written = shared.producer().load(Ordering::Relaxed);
        let consumed = shared.consumer().load(Ordering::Acquire);
        Self {
            shared,
            written: Cell::new(written),
            published: Cell::new(written),
            consumed: Cell::new(consumed),
        }
    }

    pub(crate) fn size(&self) -> u32 {
        self.shared.size()
    }

    /// How many entries there is room for; looks at the consumer only if that may be less than `wanted`.
    pub(crate) fn room(&self, wanted: u32) -> u32 {
        if self.known_room() < wanted {
            // D
            self.consumed
                .set(self.shared.consumer().load(Ordering::Acquire));
        }
        self.known_room()
    }

    fn known_room(&self) -> u32 {
        let used = self.written.get().wrapping_sub(self.consumed.get());
        self.size().saturating_sub(used)
    }

    /// Returns whether there was room.
    pub(crate) fn write(&self, entry: S::Entry) -> bool {
        if self.room(1) == 0 {
            return false;
        }
        let written = self.written.get();
        self.shared.write(written & (self.size() - 1), entry);
        self.written.set(written.wrapping_add(1));
        true
    }

    /// Shows the consumer what was written.
    pub(crate) fn publish(&self) {
        if self.published.get() == self.written.get() {
            return;
        }
        self.published.set(self.written.get());
        // A
        self.shared
            .producer()
            .store(self.written.get(), Ordering::Release);
    }

    /// How many the consumer was shown and has not taken.
    pub(crate) fn pending(&self) -> u32 {
        let consumer = self.shared.consumer().load(Ordering::Acquire);
        self.published.get().wrapping_sub(consumer).min(self.size())
    }

    /// Whether the kernel wants to be called.
    ///
    /// It sets the flag and then looks at the ring once more. Here it is the other way round, with a full barrier in
    /// between as there, so that one of the two sees what the other did.
    pub(crate) fn wants_wakeup(&self) -> bool {
        fence(Ordering::SeqCst);
        self.shared.flags().load(Ordering::Relaxed) & NEED_WAKEUP != 0
    }
}

/// The side of RX and of the completion ring that is ours.
pub(crate) struct Consumer<S> {
    shared: S,
    read: Cell<u32>,
    released: Cell<u32>,
    /// As far as the producer was seen to be.
    produced: Cell<u32>,
}

impl<S: Shared> Consumer<S> {
    pub(crate) fn new(shared: S) -> Self {
        let read = shared.consumer().load(Ordering::Relaxed);
        Self {
            shared,
            read: Cell::new(read),
            released: Cell::new(read),
            produced: Cell::new(read),
        }
    }

    pub(crate) fn size(&self) -> u32 {
        self.shared.size()
    }

    /// How many entries can be read.
    pub(crate) fn available(&self) -> u32 {
        // B
        self.produced
            .set(self.shared.producer().load(Ordering::Acquire));
        self.known()
    }

    fn known(&self) -> u32 {
        let count = self.produced.get().wrapping_sub(self.read.get());
        count.min(self.size())
    }

    pub(crate) fn read(&self) -> Option<S::Entry> {
        if self.known() == 0 && self.available() == 0 {
            return None;
        }
        let read = self.read.get();
        let entry = self.shared.read(read & (self.size() - 1));
        self.read.set(read.wrapping_add(1));
        Some(entry)
    }

    /// Lets the producer have the slots that were read.
    pub(crate) fn release(&self) {
        if self.released.get() == self.read.get() {
            return;
        }
        self.released.set(self.read.get());
        // C
        self.shared
            .consumer()
            .store(self.read.get(), Ordering::Release);
    }
}

#[cfg(not(loom))]
pub(crate) use mapped::Mapped;

#[cfg(not(loom))]
mod mapped {
    use std::io;
    use std::marker::PhantomData;
    use std::mem::size_of;
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::AtomicU32;

    use rustix::net::xdp::XdpRingOffset;

    use super::{Descriptor, Shared};
    use crate::sys::mapping::Mapping;

    /// What has a value whatever its bits are.
    pub(crate) trait Plain: Copy {}

    impl Plain for u64 {}
    impl Plain for Descriptor {}

    /// A ring of an AF_XDP socket.
    pub(crate) struct Mapped<T> {
        memory: Mapping,
        size: u32,
        producer: usize,
        consumer: usize,
        flags: usize,
        entries: usize,
        entry: PhantomData<T>,
    }

    impl<T: Plain> Mapped<T> {
        /// The ring at `page` of the socket, which has `size` entries.
        pub(crate) fn new(
            socket: BorrowedFd<'_>,
            page: u64,
            offset: &XdpRingOffset,
            size: u32,
        ) -> io::Result<Self> {
            let at = |offset: u64| usize::try_from(offset).map_err(io::Error::other);
            let entries = at(offset.desc)?;
            let flags = offset
                .flags
                .ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))?;
            let memory = Mapping::of_ring(socket, page, entries + size as usize * size_of::<T>())?;
            let ring = Self {
                memory,
                size,
                producer: at(offset.producer)?,
                consumer: at(offset.consumer)?,
                flags: at(flags)?,
                entries,
                entry: PhantomData,
            };
            let indices = [ring.producer, ring.consumer, ring.flags];
            let fits = indices.iter().all(|&at| at % 4 == 0 && at + 4 <= entries);
            if !size.is_power_of_two() || !fits || entries % 8 != 0 {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            Ok(ring)
        }

        fn at(&self, offset: usize) -> *mut u8 {
            self.memory.start().as_ptr().wrapping_add(offset)
        }

        fn index(&self, offset: usize) -> &AtomicU32 {
            // SAFETY: new() has seen that it is aligned and within the memory, which lives as long as self. All
            // accesses to it are atomic.
            unsafe { AtomicU32::from_ptr(self.at(offset).cast()) }
        }

        fn slot(&self, slot: u32) -> *mut T {
            assert!(slot < self.size);
            self.at(self.entries)
                .cast::<T>()
                .wrapping_add(slot as usize)
        }
    }

    impl<T: Plain> Shared for Mapped<T> {
        type Entry = T;

        fn producer(&self) -> &AtomicU32 {
            self.index(self.producer)
        }

        fn consumer(&self) -> &AtomicU32 {
            self.index(self.consumer)
        }

        fn flags(&self) -> &AtomicU32 {
            self.index(self.flags)
        }

        fn size(&self) -> u32 {
            self.size
        }

        fn read(&self, slot: u32) -> T {
            // SAFETY: slot() is within the memory and aligned, as its beginning and the size of an entry are. Any
            // bits are a T, and the kernel does not write to it before it is released.
            unsafe { self.slot(slot).read_volatile() }
        }

        fn write(&self, slot: u32, entry: T) {
            // SAFETY: as in read(); no references to slots are ever made.
            unsafe { self.slot(slot).write_volatile(entry) }
        }
    }
}

#[cfg(all(test, loom))]
mod model;
