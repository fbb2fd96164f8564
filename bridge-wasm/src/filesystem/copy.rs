//! Copying a file within the browser's memory, chunk by chunk.

use std::path::Path;

use bridge_traits::{ErrorKind, Result};

use super::chunks::{self, BATCH, CHUNK};
use super::entry::Entry;
use super::path::Steps;
use super::pins::Pin;
use super::{CHUNKS, ENTRIES, GARBAGE, WasmFileSystem};
use crate::idb::{Tx, pair};
use crate::js;

impl WasmFileSystem {
    pub(super) async fn duplicate(&self, from: &Path, to: &Path) -> Result<u64> {
        let (source, target) = (Steps::parse(from)?, Steps::parse(to)?);
        let inner = &self.inner;
        let ino = inner.session.inodes(&inner.idb, 1).await?;
        let mut pin = Some(Pin::new(self, ino));
        let mut done = 0;
        let mut seen: Option<Entry> = None;
        loop {
            let files = self.clone();
            let (source, target, seen_before) = (source.clone(), target.clone(), seen.clone());
            let subject = from.to_string_lossy().into_owned();
            let body = async move |tx: &Tx<'_>| {
                let cache = &files.inner.cache;
                let (place, entry) = cache.file(tx, &source).await?;
                let goal = cache.place(tx, &target).await?;
                if place.names == goal.names {
                    return Ok((entry, true));
                }
                if seen_before.as_ref().is_some_and(|it| *it != entry) {
                    let what = "the file changed while it was copied";
                    return Err(source.error(ErrorKind::Conflict).detail(what));
                }
                let all = entry.size.div_ceil(CHUNK);
                let part = done..(done + BATCH).min(all);
                let is_last = part.end == all;
                if part.end > part.start {
                    let run = chunks::run(tx, entry.ino, part, &subject)?.await?;
                    for (index, chunk) in run.indexed() {
                        match chunk {
                            Some(chunk) => chunks::put(tx, ino, index, chunk)?,
                            None => chunks::mark_sparse(tx, ino)?,
                        }
                    }
                }
                if !is_last {
                    let owner = pair(files.inner.session.id as f64, ino as f64);
                    tx.put(GARBAGE, owner, 0.into())?;
                    return Ok((entry, false));
                }
                if done > 0 {
                    files.claim(tx, ino, &target).await?;
                }
                if let Some(old) = &goal.entry {
                    files.retire(tx, old)?;
                }
                let copy = Entry::new(false, ino, entry.size, js::now_ns());
                files.put_entry(tx, goal.parent, &goal.name, &copy)?;
                Ok((entry, true))
            };
            let stores = &[ENTRIES, CHUNKS, GARBAGE];
            let subject = from.to_string_lossy();
            let step = inner.idb.write(&subject, stores, inner.durability, body);
            match step.await {
                Ok((entry, true)) => {
                    self.collect_soon();
                    return Ok(entry.size);
                }
                Ok((entry, false)) => {
                    // Should this be given up, the end of the pin has the copy collected.
                    inner.has_garbage.set(true);
                    seen = Some(entry);
                    done += BATCH;
                }
                Err(error) => {
                    drop(pin.take());
                    if done > 0 {
                        let _ = self.collect_garbage().await;
                    }
                    return Err(error);
                }
            }
        }
    }
}
