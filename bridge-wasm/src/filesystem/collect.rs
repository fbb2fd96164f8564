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
        let mut living = None;
        let mut kept = HashSet::new();
        let mut done = 0;
        loop {
            let lines = self.garbage(&kept).await?;
            if lines.is_empty() {
                return Ok(done);
            }
            for line in lines {
                let is_foreign = line.session != NOBODY && line.session != self.inner.session.id;
                if is_foreign && living.is_none() {
                    living = Some(session::living(self.inner.idb.name()).await);
                }
                let is_alive = match (&living, is_foreign) {
                    (Some(Some(living)), true) => living.contains(&line.session),
                    (_, is_foreign) => is_foreign,
                };
                if is_alive {
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
            let body = async move |tx: &Tx<'_>| match line.is_folder {
                true => files.empty_folder(tx, line).await,
                false => empty_file(tx, line).await,
            };
            let idb = &self.inner.idb;
            let stores = &[ENTRIES, CHUNKS, GARBAGE];
            let is_done = idb.write(idb.name(), stores, Durability::Relaxed, body);
            if is_done.await? {
                return Ok(());
            }
        }
    }

    /// Removes some entries of a folder that nothing leads to; tells whether those were all.
    async fn empty_folder(&self, tx: &Tx<'_>, line: Line) -> Result<bool> {
        let entries = tx.get_all(ENTRIES, below(line.ino as f64), LINES)?.await?;
        for value in &entries {
            let (name, entry) = Entry::decode(value, self.inner.idb.name())?;
            tx.delete(ENTRIES, KeyRange::Only(pair(line.ino as f64, &*name)))?;
            self.retire(tx, &entry)?;
        }
        end(tx, line, entries.len() < LINES as usize)
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
        let key = pair(line.session as f64, line.ino as f64);
        tx.delete(GARBAGE, KeyRange::Only(key))?;
    }
    Ok(is_done)
}

impl Line {
    fn read(key: &JsValue, kind: &JsValue) -> Option<Self> {
        let session = key.dyn_ref::<Array>()?.get(0).as_f64()?;
        Some(Self {
            session: session as u64,
            ino: chunks::second_number(key)? as u64,
            is_folder: kind.as_f64()? != 0.0,
        })
    }
}
