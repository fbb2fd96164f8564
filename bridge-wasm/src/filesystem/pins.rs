//! Inodes that this session still needs.

use std::cell::RefCell;
use std::collections::HashMap;

use super::WasmFileSystem;

/// Inodes that are being read or written, each with how many times.
#[derive(Default)]
pub(super) struct Pins {
    counts: RefCell<HashMap<u64, usize>>,
}

impl Pins {
    pub(super) fn has(&self, ino: u64) -> bool {
        self.counts.borrow().contains_key(&ino)
    }
}

/// Keeps an inode's chunks from being collected by this session.
pub(super) struct Pin {
    files: WasmFileSystem,
    ino: u64,
}

impl Pin {
    pub(super) fn new(files: &WasmFileSystem, ino: u64) -> Self {
        let mut counts = files.inner.pins.counts.borrow_mut();
        *counts.entry(ino).or_default() += 1;
        Self {
            files: files.clone(),
            ino,
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut counts = self.files.inner.pins.counts.borrow_mut();
        if let Some(count) = counts.get_mut(&self.ino) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.ino);
            }
        }
        drop(counts);
        self.files.collect_soon();
    }
}
