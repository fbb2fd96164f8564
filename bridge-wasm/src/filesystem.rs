//! Files in IndexedDB.
//!
//! | store | key | value |
//! |---|---|---|
//! | `entries` | `[parent, name]` | what is known of a file or folder, as text: [`Entry`](entry::Entry) |
//! | `chunks` | `[inode, index]` | 256 KiB of a file |
//! | `garbage` | `[session, inode]` | what is to be collected: 0 a file's chunks, 1 a folder's entries |
//! | `meta` | text | the next inode |
//!
//! A folder's entries are keyed by its inode, so a rename moves one entry, however much is below. New
//! content gets a new inode, and the entry turns to it in one transaction: whoever looks sees the old
//! or the new file, also after a crash. Content of more than 8 MiB goes in by several transactions; until
//! the last one its inode is among the garbage of its session, and a session that is over (its Web
//! Lock is free) has its garbage collected by whoever opens the file system next.
//!
//! Several tabs may use one file system. Every change is one transaction or ends in one, so nobody has
//! to hold a lock that a frozen tab could keep. The one cache, of folders' inodes, is a guess that each
//! transaction checks.

mod access;
mod chunks;
mod collect;
mod content;
mod copy;
mod edit;
mod entry;
mod folders;
mod options;
mod path;
mod pins;
mod replace;
mod resolve;
mod session;
mod usage;

use std::cell::Cell;
use std::rc::Rc;

use bridge_traits::Result;

use crate::idb::{self, Durability, Idb, Schema};
pub use options::FileSystemOptions;
use pins::Pins;
use resolve::Cache;
use session::Session;
pub use usage::FileSystemUsage;

const ENTRIES: &str = "entries";
const CHUNKS: &str = "chunks";
const GARBAGE: &str = "garbage";
const META: &str = "meta";

const SCHEMA: Schema = Schema {
    version: 1,
    stores: &[ENTRIES, CHUNKS, GARBAGE, META],
};

/// The root folder's inode.
const ROOT: u64 = 1;

/// A file system in an IndexedDB database. Clones are the same file system.
///
/// Names are text of at most 255 bytes. There are no links and no permissions, and a file's identity
/// changes when its content is replaced. Reading a stream goes on with the content that was there when
/// it began, unless another tab removes or replaces it: that is a `Conflict`.
#[derive(Clone)]
pub struct WasmFileSystem {
    inner: Rc<Inner>,
}

struct Inner {
    idb: Idb,
    session: Session,
    durability: Durability,
    /// Tells file systems apart in a `FileId`.
    device: u64,
    cache: Cache,
    pins: Pins,
    /// Garbage was left for a later transaction.
    has_garbage: Cell<bool>,
}

impl WasmFileSystem {
    /// Opens the file system in the database `name`, or makes it.
    ///
    /// # Errors
    /// `TooNew` if a newer version of this software made it, `QuotaExceeded`, or what the browser says.
    pub async fn open(name: &str) -> Result<Self> {
        Self::open_with(name, FileSystemOptions::default()).await
    }

    /// Opens the file system in the database `name`, or makes it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(name: &str, options: FileSystemOptions) -> Result<Self> {
        let idb = Idb::new(name, SCHEMA);
        let session = Session::begin(&idb).await?;
        let files = Self {
            inner: Rc::new(Inner {
                idb,
                session,
                durability: options.durability,
                device: fnv(name),
                cache: Cache::default(),
                pins: Pins::default(),
                has_garbage: Cell::new(true),
            }),
        };
        files.collect_soon();
        Ok(files)
    }

    /// Deletes the database `name` with all files in it. It waits until nobody has it open.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn delete(name: &str) -> Result<()> {
        idb::delete(name).await
    }
}

impl std::fmt::Debug for WasmFileSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmFileSystem")
            .field("name", &self.inner.idb.name())
            .finish_non_exhaustive()
    }
}

/// FNV-1a: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
