//! Collecting what nothing leads to any more.

use std::collections::HashSet;

use bridge_traits::Result;
use indexed_db_futures::KeyRange;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::chunks::{self, DELETED};
use super::entry::Entry;
use super::session::{self, NOBODY};
use super::{CHUNKS, ENTRIES, GARBAGE, WasmFileSystem};
use crate::idb::{Durability, Tx, below, pair};

/// Lines of garbage, and entries of a folder, that go through one transaction.
const LINES: u32 = 256;

/// A line of the garbage.
#[derive(Clone, Copy, Debug)]
struct Line {
    session: u64,
    ino: u64,
    is_folder: bool,
}

impl WasmFileSystem {
    /// Collects in a task of its own, if there is anything to collect.
    pub(super) fn collect_soon(&self) {
        if self.inner.has_garbage.get() {
            let files = self.clone();
            wasm_bindgen_futures::spawn_local(async move {
                // What can't be collected now is collected later.
                let _ = files.collect_garbage().await;
            });
        }
    }

    /// Collects the remains of removed files and of unfinished writes; tells how many lines of
    /// garbage were done with.
    ///
    /// This happens by itself: when a file system is opened and after anything that leaves some.
    ///
    /// # Errors
    /// What the browser says. Everything is as it was, but for some of the garbage.
    pub async fn collect_garbage(&self) -> Result<u64> {
        self.inner.has_garbage.set(false);
        let mut kept = HashSet::new();
        let mut done = 0;
        loop {
            let lines = self.garbage(&kept).await?;
            if lines.is_empty() {
                return Ok(done);
            }
            let is_foreign =
                |it: &Line| it.session != NOBODY && it.session != self.inner.session.id;
            // Asked after the lines were read: a session has its lock before it writes any.
            let living = match lines.iter().any(is_foreign) {
                true => session::living(self.inner.idb.name()).await,
                false => None,
            };
            for line in lines {
                let may_live = living.as_ref().is_none_or(|it| it.contains(&line.session));
                if is_foreign(&line) && may_live {
                    kept.insert((line.session, line.ino));
                } else if self.inner.pins.has(line.ino) {
                    kept.insert((line.session, line.ino));
                    self.inner.has_garbage.set(true);
                } else {
                    self.collect(line).await?;
                    done += 1;
                }
            }
        }
    }

    /// Gives some lines that are not among the kept ones.
    async fn garbage(&self, kept: &HashSet<(u64, u64)>) -> Result<Vec<Line>> {
        let limit = LINES + kept.len() as u32;
        let body = async move |tx: &Tx<'_>| {
            let all = || KeyRange::LowerBound(JsValue::from(Array::new()), false);
            let keys = tx.get_all_keys(GARBAGE, all(), limit)?;
            let kinds = tx.get_all(GARBAGE, all(), limit)?;
            let lines = keys.await?.into_iter().zip(kinds.await?);
            Ok(lines
                .filter_map(|(key, kind)| Line::read(&key, &kind))
                .collect())
        };
        let idb = &self.inner.idb;
        let lines: Vec<Line> = idb.read(idb.name(), &[GARBAGE], body).await?;
        let is_new = |it: &Line| !kept.contains(&(it.session, it.ino));
        Ok(lines.into_iter().filter(is_new).collect())
    }

    /// Deletes what a line stands for, in as many transactions as it takes, and then the line.
    async fn collect(&self, line: Line) -> Result<()> {
        loop {
            let files = self.clone();
            let body = async move |tx: &Tx<'_>| {
                let is_garbage = tx.get(GARBAGE, line.key())?.await?.is_some();
                match line.is_folder {
                    // A write that has come to its end since the line was read.
                    _ if !is_garbage => Ok(true),
                    true => {
                        let is_empty = files.empty_some(tx, line.ino).await?;
                        end(tx, line, is_empty)
                    }
                    false => empty_file(tx, line).await,
                }
            };
            let idb = &self.inner.idb;
            let stores = &[ENTRIES, CHUNKS, GARBAGE];
            let is_done = idb.write(idb.name(), stores, Durability::Relaxed, body);
            if is_done.await? {
                return Ok(());
            }
        }
    }

    /// Removes some of what is below a folder; tells whether that was all.
    ///
    /// It only deletes, since a browser that is out of space refuses to put anything.
    pub(super) async fn empty_some(&self, tx: &Tx<'_>, ino: u64) -> Result<bool> {
        let (mut here, mut way) = (ino, None);
        loop {
            let values = tx.get_all(ENTRIES, below(here as f64), LINES)?.await?;
            let mut folder = None;
            for value in &values {
                let (name, entry) = Entry::decode(value, self.inner.idb.name())?;
                let key = pair(here as f64, &*name);
                if entry.is_folder {
                    folder = folder.or(Some((entry.ino, key)));
                } else {
                    tx.delete(ENTRIES, KeyRange::Only(key))?;
                    self.drop_file(tx, &entry)?;
                }
            }
            match (folder, way) {
                // Down to where there are only files.
                (Some((below, key)), _) => (here, way) = (below, Some(key)),
                (None, _) if values.len() == LINES as usize => return Ok(false),
                (None, Some(key)) => {
                    tx.delete(ENTRIES, KeyRange::Only(key))?;
                    return Ok(false);
                }
                (None, None) => return Ok(true),
            }
        }
    }

    /// Deletes a file's chunks, or leaves them to the end of whoever reads them.
    fn drop_file(&self, tx: &Tx<'_>, file: &Entry) -> Result<()> {
        match self.inner.pins.has(file.ino) {
            true => self.retire(tx, file),
            false => chunks::delete_all(tx, file.ino),
        }
    }
}

/// Removes some chunks of a file that nothing leads to; tells whether those were all.
async fn empty_file(tx: &Tx<'_>, line: Line) -> Result<bool> {
    let keys = tx.get_all_keys(CHUNKS, below(line.ino as f64), DELETED as u32)?;
    let keys = keys.await?;
    if let (Some(first), Some(last)) = (keys.first(), keys.last()) {
        let range = KeyRange::Bound(first.clone(), false, last.clone(), false);
        tx.delete(CHUNKS, range)?;
    }
    end(tx, line, keys.len() < DELETED as usize)
}

fn end(tx: &Tx<'_>, line: Line, is_done: bool) -> Result<bool> {
    if is_done {
        tx.delete(GARBAGE, KeyRange::Only(line.key()))?;
    }
    Ok(is_done)
}

impl Line {
    fn key(self) -> JsValue {
        pair(self.session as f64, self.ino as f64)
    }

    fn read(key: &JsValue, kind: &JsValue) -> Option<Self> {
        let session = key.dyn_ref::<Array>()?.get(0).as_f64()?;
        Some(Self {
            session: session as u64,
            ino: chunks::second_number(key)? as u64,
            is_folder: kind.as_f64()? != 0.0,
        })
    }
}
