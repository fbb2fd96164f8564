//! The music library: its schema, its repositories and its search.
//!
//! It keeps what other crates found out, in SQLite, and answers questions about it. It never reads
//! a music file, never talks to a provider and knows no platform: a
//! [`DatabaseAdapter`](bridge_traits::database::DatabaseAdapter) carries its SQL.

pub mod db;
mod error;
pub mod model;
pub mod playlist_file;
pub mod repository;
pub mod search;
pub mod smart_playlist;

pub use db::{Library, Touched, Tx, WriteTx};
pub use error::{LibraryError, Result, SchemaDifference};
