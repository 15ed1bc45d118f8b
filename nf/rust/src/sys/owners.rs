//! Whose each frame is of a memory that functions share: a byte per frame, which the monitor reads.
use std::sync::atomic::{AtomicU8, Ordering};

use super::mapping::Mapping;

pub(crate) struct Owners {
    bytes: Mapping,
    /// The number of this function. Nobody has 0.
    ours: u8,
}

impl Owners {
    pub(crate) fn new(bytes: Mapping, ours: u8) -> Self {
        Self { bytes, ours }
    }

    pub(crate) fn is_ours(&self, frame: u32) -> bool {
        self.byte(frame)
            .is_some_and(|byte| byte.load(Ordering::Relaxed) == self.ours)
    }

    /// The ring that the frame came on is released after that, so that who sees it released sees this, too.
    pub(crate) fn make_ours(&self, frame: u32) {
        if let Some(byte) = self.byte(frame) {
            byte.store(self.ours, Ordering::Relaxed);
        }
    }

    fn byte(&self, frame: u32) -> Option<&AtomicU8> {
        let frame = frame as usize;
        if frame >= self.bytes.len() {
            return None;
        }
        // SAFETY: it is within the memory, which lives as long as self, and a byte has no alignment. All accesses to
        // it are atomic, here and in other programs.
        Some(unsafe { AtomicU8::from_ptr(self.bytes.start().as_ptr().wrapping_add(frame)) })
    }
}
