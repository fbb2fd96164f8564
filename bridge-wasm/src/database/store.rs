//! The database file as connections see it: one committed state, what the writer changed since, and the
//! older states that readers still look at.
//!
//! SQLite's own locks would let a reader block the writer or the reverse. Here a reader that begins keeps
//! the version that is committed then: when a later commit replaces a block, the old one is put aside as
//! long as such a reader is there. That is what a write-ahead log does natively.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use rusqlite::ffi;

use super::vfs::{Code, DatabaseFile};

/// Bytes of a block, the unit in which the file is kept and made durable. It is the page size of new
/// databases; files with other pages are imported as they are.
pub(super) const BLOCK: usize = 8192;

/// The content of one block.
pub(super) type Block = Rc<[u8]>;

/// Where committed blocks are kept.
pub(super) trait Blocks {
    /// Reads from a block, beginning `from` bytes into it.
    fn read(&self, index: u32, from: usize, buffer: &mut [u8]) -> Result<(), Code>;
    /// Gives a block.
    fn get(&self, index: u32) -> Result<Block, Code>;
    /// Replaces blocks of the file or adds to it, and cuts it to `count` blocks.
    fn apply(&mut self, blocks: &[(u32, Block)], count: u32) -> Result<(), Code>;
}

/// What the writer changed, on its way to becoming durable.
pub(super) struct Commit {
    /// The version that it makes.
    pub(super) version: u64,
    /// Bytes of the file before and after.
    pub(super) old_size: u64,
    pub(super) size: u64,
    /// Changed blocks, in order; all that make the file longer are among them.
    pub(super) blocks: Vec<(u32, Block)>,
}

/// The blocks that a commit replaced, for readers of older versions.
struct Replaced {
    /// The version that the commit made.
    by: u64,
    size_before: u64,
    blocks: HashMap<u32, Block>,
}

/// What the writer changed since the last commit.
struct Pending {
    size: u64,
    blocks: BTreeMap<u32, Block>,
    is_changed: bool,
}

pub(super) struct Store {
    committed: Box<dyn Blocks>,
    version: u64,
    size: u64,
    pending: Pending,
    replaced: VecDeque<Replaced>,
    /// How many readers look at which version.
    readers: BTreeMap<u64, usize>,
}

impl Store {
    pub(super) fn new(committed: Box<dyn Blocks>, version: u64, size: u64) -> Self {
        Self {
            committed,
            version,
            size,
            pending: Pending {
                size,
                blocks: BTreeMap::new(),
                is_changed: false,
            },
            replaced: VecDeque::new(),
            readers: BTreeMap::new(),
        }
    }

    /// Bytes of the committed file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Takes what the writer changed, if anything; the writer must not go on before it is published or
    /// discarded.
    pub(super) fn take_pending(&mut self) -> Option<Commit> {
        if !self.pending.is_changed {
            return None;
        }
        let mut blocks = std::mem::take(&mut self.pending.blocks);
        let count = block_count(self.pending.size);
        // SQLite does not write a page that it made and freed in one transaction.
        for index in block_count(self.size)..count {
            blocks.entry(index).or_insert_with(zeros);
        }
        Some(Commit {
            version: self.version + 1,
            old_size: self.size,
            size: self.pending.size,
            blocks: blocks
                .into_iter()
                .filter(|(index, _)| *index < count)
                .collect(),
        })
    }

    /// Makes a commit that replaces the whole file.
    pub(super) fn replace_all(&self, bytes: &[u8]) -> Commit {
        let blocks = bytes.chunks(BLOCK).zip(0..).map(|(piece, index)| {
            let mut block = vec![0; BLOCK];
            block[..piece.len()].copy_from_slice(piece);
            (index, block.into())
        });
        Commit {
            version: self.version + 1,
            old_size: self.size,
            size: bytes.len() as u64,
            blocks: blocks.collect(),
        }
    }

    /// Makes a durable commit what readers see from now on.
    pub(super) fn publish(&mut self, commit: &Commit) -> Result<(), Code> {
        if !self.readers.is_empty() {
            self.keep_replaced(commit)?;
        }
        self.committed
            .apply(&commit.blocks, block_count(commit.size))?;
        self.version = commit.version;
        self.size = commit.size;
        self.discard_pending();
        Ok(())
    }

    /// Forgets what the writer changed since the last commit.
    pub(super) fn discard_pending(&mut self) {
        self.pending.blocks.clear();
        self.pending.size = self.size;
        self.pending.is_changed = false;
    }

    /// Copies the committed file.
    pub(super) fn copy(&self) -> Result<Vec<u8>, Code> {
        let size = usize::try_from(self.size).map_err(|_| ffi::SQLITE_TOOBIG)?;
        let mut bytes = Vec::new();
        let room = bytes.try_reserve_exact(size);
        room.map_err(|_| ffi::SQLITE_NOMEM)?;
        bytes.resize(size, 0);
        for (piece, index) in bytes.chunks_mut(BLOCK).zip(0..) {
            self.committed.read(index, 0, piece)?;
        }
        Ok(bytes)
    }

    fn keep_replaced(&mut self, commit: &Commit) -> Result<(), Code> {
        let old_count = block_count(self.size);
        let changed = commit.blocks.iter().map(|(index, _)| *index);
        let cut = block_count(commit.size)..old_count;
        let mut blocks = HashMap::new();
        for index in changed.chain(cut).filter(|it| *it < old_count) {
            blocks.insert(index, self.committed.get(index)?);
        }
        self.replaced.push_back(Replaced {
            by: commit.version,
            size_before: self.size,
            blocks,
        });
        Ok(())
    }

    fn begin_reading(&mut self) -> u64 {
        *self.readers.entry(self.version).or_default() += 1;
        self.version
    }

    fn end_reading(&mut self, version: u64) {
        if let Some(count) = self.readers.get_mut(&version) {
            *count -= 1;
            if *count == 0 {
                self.readers.remove(&version);
            }
        }
        let oldest = self.readers.keys().next().copied();
        while let Some(first) = self.replaced.front()
            && oldest.is_none_or(|it| it >= first.by)
        {
            self.replaced.pop_front();
        }
    }

    fn size_at(&self, version: u64) -> u64 {
        let first = self.replaced.iter().find(|it| it.by > version);
        first.map_or(self.size, |it| it.size_before)
    }

    fn read_at(&self, version: u64, index: u32, from: usize, to: &mut [u8]) -> Result<(), Code> {
        let older = self.replaced.iter().filter(|it| it.by > version);
        for replaced in older {
            if let Some(block) = replaced.blocks.get(&index) {
                to.copy_from_slice(&block[from..from + to.len()]);
                return Ok(());
            }
        }
        self.committed.read(index, from, to)
    }

    fn read_pending(&self, index: u32, from: usize, to: &mut [u8]) -> Result<(), Code> {
        match self.pending.blocks.get(&index) {
            Some(block) => to.copy_from_slice(&block[from..from + to.len()]),
            None if index < block_count(self.size) => self.committed.read(index, from, to)?,
            None => to.fill(0),
        }
        Ok(())
    }

    fn write_pending(&mut self, data: &[u8], offset: u64) -> Result<(), Code> {
        let end = offset + data.len() as u64;
        if u32::try_from(end.div_ceil(BLOCK as u64)).is_err() {
            return Err(ffi::SQLITE_FULL);
        }
        for (index, from, range) in pieces(offset, data.len()) {
            if range.len() == BLOCK {
                self.pending.blocks.insert(index, data[range].into());
                continue;
            }
            let block = match self.pending.blocks.entry(index) {
                Entry::Occupied(it) => it.into_mut(),
                Entry::Vacant(it) if index < block_count(self.size) => {
                    it.insert(self.committed.get(index)?)
                }
                Entry::Vacant(it) => it.insert(zeros()),
            };
            Rc::make_mut(block)[from..from + range.len()].copy_from_slice(&data[range]);
        }
        self.pending.size = self.pending.size.max(end);
        self.pending.is_changed = true;
        Ok(())
    }
}

pub(super) fn zeros() -> Block {
    [0; BLOCK].into()
}

/// How many blocks a file of this size has.
pub(super) fn block_count(size: u64) -> u32 {
    u32::try_from(size.div_ceil(BLOCK as u64)).expect("sizes are checked when they grow")
}

/// Cuts a range of the file at the blocks' borders: the block, where in it, and which bytes of the range.
fn pieces(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u32, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let at = offset + done as u64;
        let from = (at % BLOCK as u64) as usize;
        let count = (BLOCK - from).min(length - done);
        let piece = ((at / BLOCK as u64) as u32, from, done..done + count);
        done += count;
        Some(piece)
    })
}

/// The file as the writer's connection sees it: its own changes on top of what is committed.
pub(super) struct WriterFile(pub(super) Rc<RefCell<Store>>);

impl DatabaseFile for WriterFile {
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Result<usize, Code> {
        let store = self.0.borrow();
        let count = available(store.pending.size, offset, buffer.len());
        for (index, from, range) in pieces(offset, count) {
            store.read_pending(index, from, &mut buffer[range])?;
        }
        Ok(count)
    }

    fn write(&mut self, data: &[u8], offset: u64) -> Result<(), Code> {
        self.0.borrow_mut().write_pending(data, offset)
    }

    fn truncate(&mut self, size: u64) -> Result<(), Code> {
        let mut store = self.0.borrow_mut();
        // What is cut off and grows again later is zero.
        let kept = block_count(size);
        let cut_off = block_count(store.pending.size.max(store.size));
        drop(store.pending.blocks.split_off(&kept));
        for index in kept..cut_off {
            if index < block_count(store.size) {
                store.pending.blocks.insert(index, zeros());
            }
        }
        store.pending.size = size;
        store.pending.is_changed = true;
        Ok(())
    }

    fn size(&mut self) -> u64 {
        self.0.borrow().pending.size
    }

    fn begin(&mut self) {}

    fn end(&mut self) {}
}

/// The file as a reading connection sees it: the version that was committed when it began to read.
pub(super) struct ReaderFile {
    store: Rc<RefCell<Store>>,
    version: Option<u64>,
}

impl ReaderFile {
    pub(super) fn new(store: Rc<RefCell<Store>>) -> Self {
        let version = None;
        Self { store, version }
    }
}

impl DatabaseFile for ReaderFile {
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Result<usize, Code> {
        let store = self.store.borrow();
        let version = self.version.unwrap_or(store.version);
        let count = available(store.size_at(version), offset, buffer.len());
        for (index, from, range) in pieces(offset, count) {
            store.read_at(version, index, from, &mut buffer[range])?;
        }
        Ok(count)
    }

    fn write(&mut self, _: &[u8], _: u64) -> Result<(), Code> {
        Err(ffi::SQLITE_READONLY)
    }

    fn truncate(&mut self, _: u64) -> Result<(), Code> {
        Err(ffi::SQLITE_READONLY)
    }

    fn size(&mut self) -> u64 {
        let store = self.store.borrow();
        store.size_at(self.version.unwrap_or(store.version))
    }

    fn begin(&mut self) {
        if self.version.is_none() {
            self.version = Some(self.store.borrow_mut().begin_reading());
        }
    }

    fn end(&mut self) {
        if let Some(version) = self.version.take() {
            self.store.borrow_mut().end_reading(version);
        }
    }
}

impl Drop for ReaderFile {
    fn drop(&mut self) {
        self.end();
    }
}

fn available(size: u64, offset: u64, length: usize) -> usize {
    let rest = size.saturating_sub(offset);
    usize::try_from(rest).map_or(length, |it| it.min(length))
}
