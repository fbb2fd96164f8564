//! New content in place of the old.

use std::path::Path;

use bridge_traits::{ByteStream, ErrorKind, Result};
use futures::StreamExt;
use indexed_db_futures::KeyRange;
use js_sys::Uint8Array;

use super::chunks::{self, BATCH, CHUNK, DELETED};
use super::entry::Entry;
use super::path::Steps;
use super::pins::Pin;
use super::session::NOBODY;
use super::{CHUNKS, ENTRIES, GARBAGE, WasmFileSystem};
use crate::idb::{Tx, pair};
use crate::js;

/// What is written here goes to a new inode, which a file's entry turns to at the end.
pub(super) struct Replacement {
    files: WasmFileSystem,
    pin: Pin,
    ino: u64,
    subject: String,
    size: u64,
    /// Full chunks that are not stored yet.
    batch: Vec<Uint8Array>,
    /// The beginning of the next chunk.
    rest: Vec<u8>,
    /// How many chunks are stored, under the protection of a line in the garbage.
    stored: u64,
}

impl Replacement {
    pub(super) async fn begin(files: &WasmFileSystem, subject: String) -> Result<Self> {
        let inner = &files.inner;
        let ino = inner.session.inodes(&inner.idb, 1).await?;
        Ok(Self {
            files: files.clone(),
            pin: Pin::new(files, ino),
            ino,
            subject,
            size: 0,
            batch: Vec::new(),
            rest: Vec::new(),
            stored: 0,
        })
    }

    pub(super) async fn push(&mut self, mut content: &[u8]) -> Result<()> {
        self.size += content.len() as u64;
        while !content.is_empty() {
            let missing = CHUNK as usize - self.rest.len();
            let (now, later) = content.split_at(missing.min(content.len()));
            content = later;
            if now.len() == CHUNK as usize {
                self.batch.push(chunks::fresh(now));
            } else {
                self.rest.extend_from_slice(now);
                if self.rest.len() == CHUNK as usize {
                    self.batch.push(chunks::fresh(&self.rest));
                    self.rest.clear();
                }
            }
            // The last batch is stored along with the entry.
            if self.batch.len() as u64 == BATCH && !(content.is_empty() && self.stored == 0) {
                self.store().await?;
            }
        }
        Ok(())
    }

    async fn store(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        let (ino, first) = (self.ino, self.stored);
        let owner = pair(self.files.inner.session.id as f64, ino as f64);
        self.stored += batch.len() as u64;
        let body = async move |tx: &Tx<'_>| {
            if first == 0 {
                tx.put(GARBAGE, owner.clone(), 0.into())?;
            }
            for (index, chunk) in (first..).zip(&batch) {
                chunks::put(tx, ino, index, chunk)?;
            }
            Ok(())
        };
        let inner = &self.files.inner;
        let stores = &[CHUNKS, GARBAGE];
        inner
            .idb
            .write(&self.subject, stores, inner.durability, body)
            .await
    }

    /// Makes it the content of a file, at once.
    pub(super) async fn finish(mut self, steps: Steps) -> Result<u64> {
        if !self.rest.is_empty() {
            self.batch.push(chunks::fresh(&self.rest));
        }
        let batch = std::mem::take(&mut self.batch);
        let (ino, size, stored) = (self.ino, self.size, self.stored);
        let files = self.files.clone();
        let body = async move |tx: &Tx<'_>| {
            let place = files.inner.cache.place(tx, &steps).await?;
            for (index, chunk) in (stored..).zip(&batch) {
                chunks::put(tx, ino, index, chunk)?;
            }
            if stored > 0 {
                files.claim(tx, ino, &steps).await?;
            }
            if let Some(old) = &place.entry {
                files.retire(tx, old)?;
            }
            let entry = Entry::new(false, ino, size, js::now_ns());
            // What comes to nothing is a wrong guess.
            files
                .inner
                .cache
                .put_file(place.parent, &place.name, &entry);
            files.put_entry(tx, place.parent, &place.name, &entry)
        };
        let inner = &self.files.inner;
        let stores = &[ENTRIES, CHUNKS, GARBAGE];
        let written = inner
            .idb
            .write(&self.subject, stores, inner.durability, body)
            .await;
        match written {
            Ok(()) => {
                // What it wrote is no garbage, so nothing is left for its end to collect.
                self.stored = 0;
                Ok(size)
            }
            Err(error) => {
                self.abandon().await;
                Err(error)
            }
        }
    }

    /// Takes back what was stored.
    pub(super) async fn abandon(mut self) {
        if std::mem::take(&mut self.stored) > 0 {
            let files = self.files.clone();
            files.inner.has_garbage.set(true);
            drop(self);
            // What it fails with now is tried again later.
            let _ = files.collect_garbage().await;
        }
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        let _until_here = &self.pin;
        if self.stored > 0 {
            self.files.inner.has_garbage.set(true);
        }
    }
}

impl WasmFileSystem {
    pub(super) async fn replace(&self, path: &Path, content: &[u8]) -> Result<()> {
        let steps = Steps::parse(path)?;
        let subject = path.to_string_lossy().into_owned();
        if content.len() as u64 > BATCH * CHUNK {
            self.check_place(&steps).await?;
        }
        let mut replacement = Replacement::begin(self, subject).await?;
        if let Err(error) = replacement.push(content).await {
            replacement.abandon().await;
            return Err(error);
        }
        replacement.finish(steps).await?;
        Ok(())
    }

    pub(super) async fn replace_by_stream(
        &self,
        path: &Path,
        mut content: ByteStream,
    ) -> Result<()> {
        let steps = Steps::parse(path)?;
        self.check_place(&steps).await?;
        let subject = path.to_string_lossy().into_owned();
        let mut replacement = Replacement::begin(self, subject).await?;
        while let Some(piece) = content.next().await {
            let pushed = match piece {
                Ok(piece) => replacement.push(&piece).await,
                Err(error) => Err(error),
            };
            if let Err(error) = pushed {
                replacement.abandon().await;
                return Err(error);
            }
        }
        replacement.finish(steps).await?;
        Ok(())
    }

    /// Fails if no file can be put there, before much is written in vain.
    async fn check_place(&self, steps: &Steps) -> Result<()> {
        let (files, steps) = (self.clone(), steps.clone());
        let subject = steps.path.to_string_lossy().into_owned();
        let body = async move |tx: &Tx<'_>| files.inner.cache.place(tx, &steps).await.map(drop);
        self.inner.idb.read(&subject, &[ENTRIES], body).await
    }

    /// Takes an inode out of the garbage of this session, to give it a place in the tree.
    pub(super) async fn claim(&self, tx: &Tx<'_>, ino: u64, steps: &Steps) -> Result<()> {
        let owner = pair(self.inner.session.id as f64, ino as f64);
        if tx.get(GARBAGE, owner.clone())?.await?.is_none() {
            // Who took this session for dead has collected it.
            let what = "the unfinished write was collected";
            return Err(steps.error(ErrorKind::Conflict).detail(what));
        }
        tx.delete(GARBAGE, KeyRange::Only(owner))
    }

    pub(super) fn put_entry(
        &self,
        tx: &Tx<'_>,
        parent: u64,
        name: &str,
        entry: &Entry,
    ) -> Result<()> {
        tx.put(ENTRIES, pair(parent as f64, name), entry.encode(name))
    }

    /// Gives up what an entry led to. The entry itself is the caller's.
    pub(super) fn retire(&self, tx: &Tx<'_>, old: &Entry) -> Result<()> {
        let inner = &self.inner;
        let owner = match inner.pins.has(old.ino) {
            true => inner.session.id,
            false if old.is_folder || old.size > DELETED * CHUNK => NOBODY,
            false if old.size == 0 => return Ok(()),
            false => return chunks::delete_all(tx, old.ino),
        };
        inner.has_garbage.set(true);
        let kind = i32::from(old.is_folder);
        tx.put(GARBAGE, pair(owner as f64, old.ino as f64), kind.into())
    }
}
