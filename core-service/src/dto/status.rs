//! The core and where its music comes from.

use core_library::model::{self, PageCursor};
use core_library::repository::provider::ProviderRow;
use serde::Serialize;

/// How the core is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether everything that was looked at is in order.
    pub healthy: bool,
    /// What is wrong with the database.
    pub database_error: Option<String>,
    /// The syncs that run.
    pub running_jobs: Vec<i64>,
    /// How many listen to events.
    pub subscribers: u64,
    /// How secrets are kept; `None` where they are not.
    pub secrets: Option<String>,
}

/// A place where music comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    /// Its id.
    pub id: i64,
    /// `local-folder` …
    pub kind: String,
    /// What a person calls it.
    pub name: String,
    /// The folder that is synced; what is no text in names is replaced.
    pub root: String,
    /// What tells it from all others: of a folder on this machine `local:/` and the path, with each byte that is
    /// no text as `%XX` and `%` as `%25`.
    pub key: String,
}

impl From<ProviderRow> for Provider {
    fn from(row: ProviderRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            root: row.root,
            key: row.key,
        }
    }
}

/// What became of the tracks of a provider that was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RemovedProvider {
    /// Tracks that are deleted, since nobody had made anything of them.
    pub tracks_removed: u64,
    /// Tracks that were played, rated, made a favourite or put into a playlist, and are kept as missing.
    pub tracks_kept: u64,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<PageCursor>,
}

impl<T> Page<T> {
    pub(crate) fn of<S: Into<T>>(page: model::Page<S>) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next: page.next,
        }
    }
}
