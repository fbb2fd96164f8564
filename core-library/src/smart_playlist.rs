//! Smart playlists: rules that say which tracks are in a list, in which order, and how many.
//!
//! A definition is JSON:
//!
//! ```json
//! {
//!   "version": 1,
//!   "match": { "all": [
//!     { "field": "genre", "is": "Rock" },
//!     { "any": [ { "field": "rating", "at_least": 60 }, { "field": "favourite", "is": true } ] },
//!     { "not": { "field": "title", "contains": "live" } },
//!     { "field": "last_played", "not_in_last_days": 30 }
//!   ] },
//!   "sort": [ { "by": "last_played", "descending": true } ],
//!   "limit": 100
//! }
//! ```
//!
//! A rule is `all`, `any` or `not` of others, or a field with one operator. [`Field`] says which fields
//! there are, [`Kind`] which operators each takes. Without `match` all tracks are in the list, without
//! `sort` the order is that of the titles. Text is compared without case, and without accents where the
//! library keeps a folded twin: titles and the names of artists, albums and genres. Missing tracks are in
//! no smart playlist. Values reach SQLite as parameters only.

mod compile;
mod condition;
mod field;
mod parse;
mod run;
mod sort;

pub use condition::{Condition, Rule, Test};
pub use field::{Field, Kind};
pub use run::{create, definition, preview, set_definition};
pub(crate) use run::{definition_in, page_in};
pub use sort::{Sort, SortBy};

/// The version of definitions that this library writes and reads.
pub const VERSION: u32 = 1;

/// The definition of a smart playlist.
#[derive(Debug, Clone, PartialEq)]
pub struct SmartPlaylist {
    /// What a track must meet.
    pub rule: Rule,
    /// The order; titles decide between equals, ids at last.
    pub sort: Vec<Sort>,
    /// The most tracks that are in the list.
    pub limit: Option<u32>,
}
