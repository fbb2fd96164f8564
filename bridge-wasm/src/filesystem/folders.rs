//! Making, listing, renaming and removing.

use std::ffi::OsString;
use std::path::Path;

use bridge_traits::storage::{DirEntry, DirPage};
use bridge_traits::{BridgeError, ErrorKind, Result};
use indexed_db_futures::KeyRange;
use js_sys::Array;

use super::chunks;
use super::entry::{self, Entry};
use super::path::{Step, Steps, error};
use super::resolve::Place;
use super::{CHUNKS, ENTRIES, GARBAGE, WasmFileSystem};
use crate::idb::{Durability, Tx, below, pair};
use crate::js;

impl WasmFileSystem {
    pub(super) async fn make_folders(&self, path: &Path) -> Result<()> {
        let steps = Steps::parse(path)?;
        let count = steps.steps.len() as u64;
        let inner = &self.inner;
        let first = inner.session.inodes(&inner.idb, count).await?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let mut next = first;
            for end in 1..=steps.steps.len() {
                if steps.steps[end - 1] == Step::Up {
                    continue;
                }
                let so_far = Steps {
                    path: steps.path.clone(),
                    steps: steps.steps[..end].to_vec(),
                };
                let place = files.inner.cache.resolve(tx, &so_far).await?;
                match place.entry {
                    Some(entry) if entry.is_folder => {}
                    Some(_) if end == steps.steps.len() => {
                        return Err(steps.error(ErrorKind::AlreadyExists));
                    }
                    Some(_) => return Err(steps.error(ErrorKind::NotADirectory)),
                    None => {
                        let entry = Entry::new(true, next, 0, js::now_ns());
                        next += 1;
                        files.put_entry(tx, place.parent, &place.name, &entry)?;
                    }
                }
            }
            Ok(())
        };
        self.change(path, self.inner.durability, body).await
    }

    pub(super) async fn list(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        if limit == 0 {
            return Err(error(ErrorKind::InvalidInput, path).detail("a page of 0 entries"));
        }
        let after = match after.map(OsString::into_string).transpose() {
            Ok(after) => after,
            Err(_) => {
                let what = "a page that begins at a name that is not UTF-8";
                return Err(error(ErrorKind::InvalidInput, path).detail(what));
            }
        };
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let subject = path.to_string_lossy().into_owned();
        let body = async move |tx: &Tx<'_>| {
            let (_, folder) = files.inner.cache.folder(tx, &steps).await?;
            let ino = folder.ino as f64;
            let range = match &after {
                Some(after) => {
                    KeyRange::Bound(pair(ino, &**after), true, pair(ino, Array::new()), false)
                }
                None => below(ino),
            };
            // One more tells whether there are more.
            let wanted = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
            let found = tx.get_texts(ENTRIES, range, wanted, entry::BETWEEN)?;
            let (count, text) = found.await?;
            Entry::decode_all(&text, count, &subject)
        };
        let subject = path.to_string_lossy();
        let mut found = self.inner.idb.read(&subject, &[ENTRIES], body).await?;
        let is_last = found.len() <= limit;
        found.truncate(limit);
        let next = found.last().filter(|_| !is_last);
        let next = next.map(|(name, _)| OsString::from(name));
        let entries = found
            .into_iter()
            .map(|(name, entry)| DirEntry {
                name: name.into(),
                metadata: Ok(entry.metadata(self.inner.device)),
            })
            .collect();
        Ok(DirPage { entries, next })
    }

    pub(super) async fn move_entry(&self, from: &Path, to: &Path) -> Result<()> {
        let (source, target) = (Steps::parse(from)?, Steps::parse(to)?);
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            // In the order in which a disk looks: both folders, the source, what lies in what.
            let cache = &files.inner.cache;
            let place = cache.resolve(tx, &source).await?;
            let goal = cache.resolve(tx, &target).await?;
            let Some(entry) = place.entry.clone() else {
                return Err(source.error(ErrorKind::NotFound));
            };
            if place.names == goal.names {
                return Ok(());
            }
            if place.is_root() || goal.folders.contains(&entry.ino) {
                let what = "the target is in the source";
                return Err(target.error(ErrorKind::InvalidInput).detail(what));
            }
            if let Some(old) = &goal.entry {
                if goal.is_root() || place.folders.contains(&old.ino) {
                    return Err(target.error(ErrorKind::DirectoryNotEmpty));
                }
                match (entry.is_folder, old.is_folder) {
                    (false, true) => return Err(target.error(ErrorKind::IsADirectory)),
                    (true, false) => return Err(target.error(ErrorKind::NotADirectory)),
                    (true, true) => check_empty(tx, &target, old).await?,
                    (false, false) => files.retire(tx, old)?,
                }
            }
            let mut moved = entry;
            moved.changed_ns = js::now_ns().max(moved.changed_ns + 1);
            remove_entry(tx, &place)?;
            files.put_entry(tx, goal.parent, &goal.name, &moved)
        };
        self.change(from, Durability::Strict, body).await
    }

    pub(super) async fn unlink(&self, path: &Path) -> Result<()> {
        match self.unlink_to(path, true).await {
            // There is no room for a line of garbage.
            Err(full) if *full.kind() == ErrorKind::QuotaExceeded => {
                self.unlink_to(path, false).await
            }
            other => other,
        }
    }

    async fn unlink_to(&self, path: &Path, garbage: bool) -> Result<()> {
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let (place, entry) = files.inner.cache.file(tx, &steps).await?;
            remove_entry(tx, &place)?;
            match garbage {
                true => files.retire(tx, &entry),
                false => chunks::delete_all(tx, entry.ino),
            }
        };
        self.change(path, self.inner.durability, body).await
    }

    pub(super) async fn remove_empty(&self, path: &Path) -> Result<()> {
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| {
            let (place, entry) = files.inner.cache.folder(tx, &steps).await?;
            check_empty(tx, &steps, &entry).await?;
            check_not_root(&steps, &place)?;
            remove_entry(tx, &place)
        };
        self.change(path, self.inner.durability, body).await
    }

    /// Cuts a folder off with all below it, at once; what is below is collected afterwards. Where storage
    /// is so full that not even this can be noted, it is emptied piece by piece first.
    pub(super) async fn cut_off(&self, path: &Path) -> Result<()> {
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let cut = {
            let (files, steps) = (files.clone(), steps.clone());
            async move |tx: &Tx<'_>| {
                let (place, entry) = files.inner.cache.folder(tx, &steps).await?;
                check_not_root(&steps, &place)?;
                remove_entry(tx, &place)?;
                files.retire(tx, &entry)
            }
        };
        match self.change(path, self.inner.durability, cut).await {
            Err(full) if *full.kind() == ErrorKind::QuotaExceeded => {}
            other => return other,
        }
        loop {
            let (files, steps) = (files.clone(), steps.clone());
            let body = async move |tx: &Tx<'_>| {
                let (place, entry) = files.inner.cache.folder(tx, &steps).await?;
                let is_empty = files.empty_some(tx, entry.ino).await?;
                if is_empty {
                    remove_entry(tx, &place)?;
                }
                Ok(is_empty)
            };
            if self.change(path, self.inner.durability, body).await? {
                return Ok(());
            }
        }
    }

    /// Runs a change of the tree and has its garbage collected.
    pub(super) async fn change<T: 'static>(
        &self,
        path: &Path,
        durability: Durability,
        body: impl AsyncFn(&Tx<'_>) -> Result<T> + 'static,
    ) -> Result<T> {
        let subject = path.to_string_lossy();
        let stores = &[ENTRIES, CHUNKS, GARBAGE];
        let changed = self.inner.idb.write(&subject, stores, durability, body);
        let changed = changed.await?;
        self.collect_soon();
        Ok(changed)
    }
}

fn remove_entry(tx: &Tx<'_>, place: &Place) -> Result<()> {
    let key = pair(place.parent as f64, &*place.name);
    tx.delete(ENTRIES, KeyRange::Only(key))
}

async fn check_empty(tx: &Tx<'_>, steps: &Steps, folder: &Entry) -> Result<()> {
    let below = tx.get_all_keys(ENTRIES, below(folder.ino as f64), 1)?;
    match below.await?.is_empty() {
        true => Ok(()),
        false => Err(steps.error(ErrorKind::DirectoryNotEmpty)),
    }
}

fn check_not_root(steps: &Steps, place: &Place) -> Result<(), BridgeError> {
    match place.is_root() {
        true => Err(steps
            .error(ErrorKind::PermissionDenied)
            .detail("the root stays")),
        false => Ok(()),
    }
}
