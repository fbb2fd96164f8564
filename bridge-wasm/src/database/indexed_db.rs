//! A database in IndexedDB: each block a record, each commit one transaction.
//!
//! The file is read into memory when it is opened, since SQLite can't wait for IndexedDB. From then on
//! only commits go there. A record beside the blocks has the version and the size of the file; a commit
//! checks it in its own transaction, so that nobody overwrites what somebody else wrote.

use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use indexed_db_futures::KeyRange;
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

use super::backend::{Backend, NotPersisted};
use super::store::{BLOCK, Block, Commit, block_count};
use crate::idb::{self, Idb, Schema, Tx};

const SCHEMA: Schema = Schema {
    version: 1,
    stores: STORES,
};
const STORES: &[&str] = &[BLOCKS, HEAD];
/// Index of the block → its bytes.
const BLOCKS: &str = "blocks";
/// [`KEY`] → the list (version, size in bytes).
const HEAD: &str = "head";
const KEY: &str = "file";

/// How many blocks are read at once.
const READ_AT_ONCE: u32 = 512;

/// The records of one database.
pub(super) struct IndexedDb {
    idb: Idb,
    durability: idb::Durability,
}

/// What is stored.
pub(super) struct Image {
    pub(super) version: u64,
    pub(super) size: u64,
    pub(super) blocks: Vec<Block>,
}

impl IndexedDb {
    pub(super) fn new(name: &str, durability: idb::Durability) -> Self {
        Self {
            idb: Idb::new(idb_name(name), SCHEMA),
            durability,
        }
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// `QuotaExceeded` if it is larger than `limit` bytes, `Corrupt` if a block is missing.
    pub(super) async fn load(&self, subject: &str, limit: u64) -> Result<Image> {
        let name = subject.to_owned();
        self.idb
            .read(subject, STORES, async move |tx| {
                let (version, size) = head(tx, &name).await?;
                // A file that is not there yet has nothing at all.
                if version == 0 && !tx.get_all(BLOCKS, between(0, 1), 1)?.await?.is_empty() {
                    return Err(damaged(&name, "there are blocks and no head"));
                }
                if size > limit {
                    return Err(BridgeError::new(ErrorKind::QuotaExceeded, &*name).detail(
                        format!(
                            "it has {size} bytes and is kept in memory, where it may have {limit}"
                        ),
                    ));
                }
                let count = block_count(size);
                let mut blocks = Vec::with_capacity(count as usize);
                while (blocks.len() as u32) < count {
                    let first = blocks.len() as u32;
                    let end = first.saturating_add(READ_AT_ONCE).min(count);
                    let found = tx.get_all(BLOCKS, between(first, end), READ_AT_ONCE)?;
                    let found = found.await?;
                    // Blocks have no gaps, or all that follow would be in the wrong place.
                    if found.len() as u32 != end - first {
                        return Err(damaged(&name, "blocks are missing"));
                    }
                    for value in found {
                        blocks.push(
                            block(&value).ok_or_else(|| damaged(&name, "a block is not one"))?,
                        );
                    }
                }
                Ok(Image {
                    version,
                    size,
                    blocks,
                })
            })
            .await
    }
}

#[platform_async_trait]
impl Backend for IndexedDb {
    async fn persist(&self, commit: &Commit) -> Result<(), NotPersisted> {
        let subject = self.idb.name().to_owned();
        let name = subject.clone();
        let (version, old_size, size) = (commit.version, commit.old_size, commit.size);
        let blocks: Vec<(u32, Block)> = commit.blocks.clone();
        let written = self
            .idb
            .write(&subject, STORES, self.durability, async move |tx| {
                let before = head(tx, &name);
                for (index, block) in &blocks {
                    // A fresh array: a view would take all of this program's memory with it.
                    let bytes = Uint8Array::from(&**block);
                    tx.put(BLOCKS, (*index).into(), bytes.into())?;
                }
                if size < old_size {
                    tx.delete(BLOCKS, between(block_count(size), u32::MAX))?;
                }
                let head = Array::of2(&(version as f64).into(), &(size as f64).into());
                let (found, _) = before.await?;
                if found + 1 != version {
                    return Err(BridgeError::new(ErrorKind::Conflict, &*name)
                        .detail("another tab or worker wrote to it"));
                }
                tx.put(HEAD, KEY.into(), head.into())
            });
        written.await.map_err(|error| NotPersisted {
            error,
            // The browser may have broken off after it stored; to look costs little.
            is_uncertain: true,
        })
    }

    async fn stored_version(&self) -> Result<u64> {
        let subject = self.idb.name().to_owned();
        let name = subject.clone();
        let head = async move |tx: &Tx<'_>| head(tx, &name).await;
        Ok(self.idb.read(&subject, STORES, head).await?.0)
    }

    async fn sync(&self) -> Result<()> {
        let subject = self.idb.name().to_owned();
        let name = subject.clone();
        // A strict transaction takes the relaxed ones before it along.
        self.idb
            .write(&subject, STORES, idb::Durability::Strict, async move |tx| {
                let (version, size) = head(tx, &name).await?;
                let head = Array::of2(&(version as f64).into(), &(size as f64).into());
                tx.put(HEAD, KEY.into(), head.into())
            })
            .await
    }

    async fn close(&self) {
        self.idb.close();
    }
}

/// The name of the IndexedDB database that keeps a SQLite database.
fn idb_name(name: &str) -> String {
    format!("music-core-database/{name}")
}

/// Deletes a database that nobody has open.
pub(super) async fn delete(name: &str) -> Result<()> {
    idb::delete(&idb_name(name)).await
}

/// Tells whether there is a database of this name.
pub(super) async fn exists(name: &str) -> Result<bool> {
    idb::exists(&idb_name(name)).await
}

/// Reads the version and the size; a file that is not there yet has neither.
async fn head(tx: &Tx<'_>, name: &str) -> Result<(u64, u64)> {
    let Some(found) = tx.get(HEAD, KEY.into())?.await? else {
        return Ok((0, 0));
    };
    let number = |at| found.unchecked_ref::<Array>().get(at).as_f64();
    match (number(0), number(1)) {
        (Some(version), Some(size)) => Ok((version as u64, size as u64)),
        _ => Err(damaged(name, "its head is not a version and a size")),
    }
}

fn between(from: u32, to: u32) -> KeyRange<JsValue> {
    KeyRange::Bound(from.into(), false, to.into(), true)
}

fn block(value: &JsValue) -> Option<Block> {
    let bytes: &Uint8Array = value.dyn_ref()?;
    if bytes.length() as usize != BLOCK {
        return None;
    }
    let mut block: Block = Rc::new([0; BLOCK]);
    bytes.copy_to(Rc::get_mut(&mut block)?);
    Some(block)
}

fn damaged(name: &str, what: &str) -> BridgeError {
    BridgeError::new(ErrorKind::Corrupt, name).detail(what)
}
