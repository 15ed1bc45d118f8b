//! The memory that packets live in, in frames, and who has each of them.
//!
//! ```text
//!             allocate                 lend
//!    free  --------------->  Frame  ---------->  kernel
//!     ^ <-------------------  |  <-------------    |
//!     |        drop                  accept        |
//!     +--------------------------------------------+
//!                       reclaim    (lend_free the other way)
//! ```
//!
//! A frame of which the kernel says what cannot be, such as that it gives back one that it does not have, is not
//! believed. So there is one [`Frame`] at most of each, whatever the kernel or another program does.
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::slice;

use super::mapping::Mapping;
use super::owners::Owners;

pub(crate) struct Frames {
    memory: Mapping,
    /// A power of two.
    size: u32,
    /// Whether we have it, free or as a [`Frame`].
    ours: Box<[Cell<bool>]>,
    /// Of a memory that functions share, each of which says there what it has and has on its rings.
    owners: Option<Owners>,
    free: RefCell<Vec<u32>>,
    held: Cell<u32>,
    impossible: Cell<u64>,
}

impl Frames {
    /// None of them are ours yet. The length of the memory is a multiple of `size`.
    pub(crate) fn new(memory: Mapping, size: u32) -> Self {
        assert!(size.is_power_of_two() && memory.len() % size as usize == 0);
        let count = memory.len() / size as usize;
        Self {
            memory,
            size,
            ours: vec![Cell::new(false); count].into_boxed_slice(),
            owners: None,
            free: RefCell::new(Vec::with_capacity(count)),
            held: Cell::new(0),
            impossible: Cell::new(0),
        }
    }

    /// Functions share the memory, and ours are those frames that `owners` says.
    pub(crate) fn shared(memory: Mapping, size: u32, owners: Owners) -> Self {
        let frames = Self::new(memory, size);
        for index in (0..).take(frames.ours.len()) {
            if owners.is_ours(index) {
                frames.add(index..index + 1);
            }
        }
        Self {
            owners: Some(owners),
            ..frames
        }
    }

    /// Frames that belonged to nobody. Returns whether there are such.
    pub(crate) fn add(&self, range: Range<u32>) -> bool {
        let Some(cells) = self.ours.get(range.start as usize..range.end as usize) else {
            return false;
        };
        let mut free = self.free.borrow_mut();
        for (index, cell) in range.zip(cells) {
            if !cell.replace(true) {
                free.push(index);
            }
        }
        true
    }

    pub(crate) fn memory(&self) -> &Mapping {
        &self.memory
    }

    pub(crate) fn free(&self) -> usize {
        self.free.borrow().len()
    }

    pub(crate) fn held(&self) -> u32 {
        self.held.get()
    }

    pub(crate) fn impossible(&self) -> u64 {
        self.impossible.get()
    }

    pub(crate) fn allocate(&self) -> Option<Frame<'_>> {
        let index = self.free.borrow_mut().pop()?;
        self.held.set(self.held.get() + 1);
        Some(Frame {
            frames: self,
            index,
        })
    }

    /// A free one for the kernel, by its address.
    pub(crate) fn lend_free(&self) -> Option<u64> {
        let index = self.free.borrow_mut().pop()?;
        self.ours[index as usize].set(false);
        Some(self.addr(index))
    }

    /// What the kernel gives with a packet in it, and where in the frame that is.
    pub(crate) fn accept(&self, addr: u64, len: u32) -> Option<(Frame<'_>, Range<u32>)> {
        let start = (addr & u64::from(self.size - 1)) as u32;
        let Some(index) = self.take_back(addr) else {
            return self.refuse();
        };
        if len > self.size - start {
            self.free.borrow_mut().push(index);
            return self.refuse();
        }
        self.held.set(self.held.get() + 1);
        let frame = Frame {
            frames: self,
            index,
        };
        Some((frame, start..start + len))
    }

    /// One that the kernel is done with.
    pub(crate) fn reclaim(&self, addr: u64) {
        match self.take_back(addr) {
            Some(index) => self.free.borrow_mut().push(index),
            None => drop(self.refuse::<()>()),
        }
    }

    fn take_back(&self, addr: u64) -> Option<u32> {
        let index = u32::try_from(addr / u64::from(self.size)).ok()?;
        let ours = self.ours.get(index as usize)?;
        if ours.replace(true) {
            return None;
        }
        if let Some(owners) = &self.owners {
            owners.make_ours(index);
        }
        Some(index)
    }

    fn refuse<T>(&self) -> Option<T> {
        self.impossible.set(self.impossible.get() + 1);
        None
    }

    fn addr(&self, index: u32) -> u64 {
        u64::from(index) * u64::from(self.size)
    }
}

/// One that the program has, and nobody else. It becomes free when it is dropped.
pub(crate) struct Frame<'a> {
    frames: &'a Frames,
    /// Of no other Frame.
    index: u32,
}

impl Frame<'_> {
    pub(crate) fn size(&self) -> u32 {
        self.frames.size
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the frame is within the memory, which outlives 'a. By its address alone can it be reached, and
        // that is nobody's but ours until this is dropped or lent, so that nobody writes to it meanwhile.
        unsafe { slice::from_raw_parts(self.start(), self.size() as usize) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in bytes(); by &mut self it is the only reference.
        unsafe { slice::from_raw_parts_mut(self.start(), self.size() as usize) }
    }

    fn start(&self) -> *mut u8 {
        let start = self.frames.memory.start().as_ptr();
        start.wrapping_add(self.index as usize * self.frames.size as usize)
    }

    /// Lets the kernel have it, by its address.
    pub(crate) fn lend(self) -> u64 {
        let addr = self.frames.addr(self.index);
        self.frames.ours[self.index as usize].set(false);
        self.frames.held.set(self.frames.held.get() - 1);
        std::mem::forget(self);
        addr
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        self.frames.held.set(self.frames.held.get() - 1);
        self.frames.free.borrow_mut().push(self.index);
    }
}

#[cfg(test)]
mod tests;
