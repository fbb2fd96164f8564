//! A database in a file of the origin-private file system, in a dedicated worker.
//!
//! Blocks lie in one file, in their places: it is a plain SQLite database, whose header says how long it
//! is. A commit first writes the blocks that make the file longer, where nobody looks yet, and then those
//! that replace others into a second file, the log. When the log is on the disk, the commit is; after that
//! the blocks are written in their places. Whoever opens the file does that again with the commit in the
//! log, which harms nothing. A torn log was never promised to anybody, and then the file has the commit
//! before: its blocks were on the disk before the log was written over.

mod files;
mod log;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use rusqlite::ffi;

use super::backend::{Backend, NotPersisted};
use super::store::{BLOCK, Block, Blocks, Commit, block_count, zeros};
use super::vfs::Code;
use crate::error::Thrown;
use files::File;
pub(super) use files::{are_usable, check_free, delete, exists};

/// Where SQLite's header ends, and what a file begins with that has one.
const HEADER: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A log of more bytes is not kept when the database is closed, as that of an import.
const LARGE: usize = 4 << 20;

/// The two files of an open database.
pub(super) struct Opfs {
    name: String,
    main: File,
    log: File,
    /// Blocks of the last commit from here on were written in their places before it was one.
    added_from: Cell<u32>,
    /// Blocks of the last commit that could not be written in their places. They are in the log.
    unplaced: RefCell<BTreeMap<u32, Block>>,
}

/// What was found when the files were opened.
pub(super) struct Opened {
    pub(super) files: Rc<Opfs>,
    pub(super) version: u64,
    pub(super) size: u64,
}

impl Opfs {
    /// Opens the files, or makes them, and finishes the last commit.
    ///
    /// # Errors
    /// `NotAvailable` outside of dedicated workers and where there are no such files, `Conflict` if
    /// somebody has them open, `Corrupt` if they are no database.
    pub(super) async fn open(name: &str) -> Result<Opened> {
        let [main, log] = files::open_both(name).await?;
        let files = Self {
            name: name.to_owned(),
            main,
            log,
            added_from: Cell::new(0),
            unplaced: RefCell::default(),
        };
        let (version, size) = files.recover()?;
        Ok(Opened {
            files: Rc::new(files),
            version,
            size,
        })
    }

    /// Writes the blocks of a whole log in their places; gives the version and the size.
    fn recover(&self) -> Result<(u64, u64)> {
        let failed = |thrown: Thrown| thrown.about(&self.name);
        let bytes = self.log.read_all().map_err(failed)?;
        let Some(logged) = log::parse(&bytes) else {
            return self.read_header();
        };
        // What a commit adds was in its place before the log was written. Where it is not, the file is another one
        // than that of the log, or is cut off.
        let placed = self.main.size().map_err(failed)?.div_ceil(BLOCK as u64);
        if !logged.completes(placed) {
            if placed == 0 {
                self.forget_log().map_err(failed)?;
            }
            return self.read_header();
        }
        let finish = || {
            for (index, block) in logged.blocks() {
                self.main.write(block, place(index))?;
            }
            self.main.truncate(place(block_count(logged.size)))?;
            self.main.flush()?;
            if bytes.len() > LARGE {
                self.forget_log()?;
            }
            Ok(())
        };
        finish().map_err(failed)?;
        Ok((logged.version, logged.size))
    }

    /// Empties the log, whose blocks are all in their places and on the disk.
    fn forget_log(&self) -> Result<(), Thrown> {
        self.log.truncate(0)?;
        self.log.flush()
    }

    /// Reads the size of the file from SQLite's header.
    fn read_header(&self) -> Result<(u64, u64)> {
        let failed = |thrown: Thrown| thrown.about(&self.name);
        let corrupt = |what: &str| {
            let error = BridgeError::new(ErrorKind::Corrupt, &*self.name);
            Err(error.detail(what.to_owned()))
        };
        let mut head = [0; HEADER];
        self.main.read(&mut head, 0).map_err(failed)?;
        // The first block is written by way of the log. Before that, nothing was ever committed.
        if head == [0; HEADER] {
            return Ok((0, 0));
        }
        if !head.starts_with(MAGIC) {
            return corrupt("its file in the origin-private file system is no database");
        }
        let page = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        let pages = u32::from_be_bytes([head[28], head[29], head[30], head[31]]);
        let size = page * u64::from(pages);
        if self.main.size().map_err(failed)? < size {
            return corrupt("its file in the origin-private file system is cut off");
        }
        Ok((0, size))
    }

    /// Writes what makes a commit durable.
    fn store(&self, commit: &Commit) -> Result<(), NotStored> {
        // The first block, with the header, says how long the file is.
        let added_from = block_count(commit.old_size).max(1);
        self.added_from.set(added_from);
        let (replacing, adding): (Vec<_>, Vec<_>) = commit
            .blocks
            .iter()
            .partition(|(index, _)| *index < added_from);
        let add = || {
            self.place_rest()?;
            for (index, block) in adding {
                self.main.write(block, place(*index))?;
            }
            // This also waits for the blocks of the commit before, whose log is written over now.
            self.main.flush()
        };
        add().map_err(NotStored::Unlogged)?;
        let note = || {
            let log = log::serialise(commit.version, commit.size, &replacing);
            self.log.write(&log, 0)?;
            self.log.truncate(log.len() as u64)?;
            self.log.flush()
        };
        note().map_err(NotStored::Logging)
    }

    /// Writes in their places the blocks that could not be written there before.
    fn place_rest(&self) -> Result<(), Thrown> {
        let mut unplaced = self.unplaced.borrow_mut();
        while let Some(first) = unplaced.first_entry() {
            self.main.write(first.get(), place(*first.key()))?;
            first.remove();
        }
        Ok(())
    }

    /// Makes of a commit that failed one that never was.
    fn take_back(&self, commit: &Commit, has_touched_log: bool) -> Result<(), Thrown> {
        if has_touched_log {
            self.log.truncate(0)?;
            self.log.flush()?;
        }
        self.main.truncate(place(block_count(commit.old_size)))
    }

    /// Closes both; all later calls fail.
    fn close(&self) {
        // What is not flushed, or not in its place, is in the log.
        let is_large = self.log.size().is_ok_and(|it| it > LARGE as u64);
        if self.main.flush().is_ok() && is_large && self.unplaced.borrow().is_empty() {
            let _ = self.forget_log();
        }
        self.main.close();
        self.log.close();
    }
}

/// How far a commit came that failed.
enum NotStored {
    /// The log is still that of the commit before.
    Unlogged(Thrown),
    Logging(Thrown),
}

/// The committed blocks, in the file.
pub(super) struct OpfsBlocks(pub(super) Rc<Opfs>);

impl Blocks for OpfsBlocks {
    fn read(&self, index: u32, from: usize, buffer: &mut [u8]) -> Result<(), Code> {
        if let Some(block) = self.0.unplaced.borrow().get(&index) {
            buffer.copy_from_slice(&block[from..from + buffer.len()]);
            return Ok(());
        }
        let read = self.0.main.read(buffer, place(index) + from as u64);
        let count = read.map_err(|_| ffi::SQLITE_IOERR_READ)?;
        buffer[count..].fill(0);
        Ok(())
    }

    fn get(&self, index: u32) -> Result<Block, Code> {
        let mut block = zeros();
        self.read(index, 0, Rc::make_mut(&mut block))?;
        Ok(block)
    }

    /// The commit is in the log, so nothing that fails here undoes it.
    fn apply(&mut self, blocks: &[(u32, Block)], count: u32) -> Result<(), Code> {
        let files = &self.0;
        let in_place = blocks.iter().filter(|it| it.0 < files.added_from.get());
        files.unplaced.borrow_mut().extend(in_place.cloned());
        // What is left is tried again before the log is written over.
        let _ = files.place_rest();
        if files.main.size().is_ok_and(|it| it > place(count)) {
            // A file that stays too long does no harm: its header says how long the database is.
            let _ = files.main.truncate(place(count));
        }
        Ok(())
    }
}

/// Makes commits durable in the files. They are on the disk then, whatever durability was asked for.
pub(super) struct OpfsBackend(pub(super) Rc<Opfs>);

#[platform_async_trait]
impl Backend for OpfsBackend {
    async fn persist(&self, commit: &Commit) -> Result<(), NotPersisted> {
        let (thrown, has_touched_log) = match self.0.store(commit) {
            Ok(()) => return Ok(()),
            Err(NotStored::Unlogged(thrown)) => (thrown, false),
            Err(NotStored::Logging(thrown)) => (thrown, true),
        };
        // What can't be taken back may be there when the files are opened again.
        let is_uncertain = self.0.take_back(commit, has_touched_log).is_err();
        Err(NotPersisted {
            error: thrown.about(&self.0.name),
            is_uncertain,
        })
    }

    async fn stored_version(&self) -> Result<u64> {
        let what = "its file can't be written; what was committed is safe, open it again";
        Err(BridgeError::new(ErrorKind::Other, &*self.0.name).detail(what))
    }

    async fn sync(&self) -> Result<()> {
        let flushed = self.0.main.flush();
        flushed.map_err(|thrown| thrown.about(&self.0.name))
    }

    async fn close(&self) {
        self.0.close();
    }
}

fn place(index: u32) -> u64 {
    u64::from(index) * BLOCK as u64
}
