//! One use of the file system, from its opening to its end.

use std::cell::Cell;

use bridge_traits::Result;
use wasm_bindgen::JsValue;

use super::{META, ROOT};
use crate::idb::{Durability, Idb, Tx};
use crate::locks::{self, Lock, Locked};

/// Inodes that a session takes at a time, so that not every new file has to ask for one.
const TAKEN: u64 = 4096;

const NEXT_INO: &str = "next_ino";

/// Sessions get a number at random below this.
const LAST_SESSION: f64 = 4_503_599_627_370_496.0;

/// Whose garbage belongs to nobody.
pub(super) const NOBODY: u64 = 0;

/// A session. No other has its number, and a Web Lock tells others that it is not over.
pub(super) struct Session {
    pub(super) id: u64,
    next: Cell<u64>,
    end: Cell<u64>,
    /// `None` where there are no Web Locks: what is unfinished there is never taken for garbage.
    _lock: Option<Lock>,
}

impl Session {
    pub(super) async fn begin(idb: &Idb) -> Result<Self> {
        // Nothing is written yet: a file system that is full must open, or nobody could make room in it.
        idb.read(idb.name(), &[META], async |tx: &Tx<'_>| {
            tx.get(META, NEXT_INO.into())?.await.map(drop)
        })
        .await?;
        loop {
            let id = 1 + (js_sys::Math::random() * LAST_SESSION) as u64;
            let lock = match locks::try_lock(&lock_name(idb.name(), id)).await {
                Locked::Held(lock) => Some(lock),
                Locked::Taken => continue,
                Locked::Unavailable => None,
            };
            return Ok(Self {
                id,
                next: Cell::new(0),
                end: Cell::new(0),
                _lock: lock,
            });
        }
    }

    /// Gives the first of `count` inodes that nobody else gets.
    pub(super) async fn inodes(&self, idb: &Idb, count: u64) -> Result<u64> {
        let first = self.next.get();
        if first + count <= self.end.get() {
            self.next.set(first + count);
            return Ok(first);
        }
        let taken = TAKEN.max(count);
        let first = idb
            .write(idb.name(), &[META], Durability::Relaxed, async move |tx| {
                let first = number(tx.get(META, NEXT_INO.into())?.await?, ROOT + 1);
                tx.put(META, NEXT_INO.into(), ((first + taken) as f64).into())?;
                Ok(first)
            })
            .await?;
        self.next.set(first + count);
        self.end.set(first + taken);
        Ok(first)
    }
}

fn number(value: Option<JsValue>, otherwise: u64) -> u64 {
    value
        .and_then(|it| it.as_f64())
        .map_or(otherwise, |it| it as u64)
}

fn lock_prefix(name: &str) -> String {
    format!("music-core/files/{name}/")
}

fn lock_name(name: &str, id: u64) -> String {
    format!("{}{id}", lock_prefix(name))
}

/// Names the sessions that are not over; `None` if that can't be known.
pub(super) async fn living(name: &str) -> Option<Vec<u64>> {
    let prefix = lock_prefix(name);
    let held = locks::held(&prefix).await?;
    let ids = held.iter().filter_map(|it| it[prefix.len()..].parse().ok());
    Some(ids.collect())
}
