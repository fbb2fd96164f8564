//! The tables, one file each: what may be asked of them and done to them.

pub mod album;
pub mod annotation;
pub mod artist;
pub mod artwork;
pub mod deletion;
pub mod duplicate;
pub mod enrichment;
pub mod feed;
pub mod folder;
pub mod genre;
pub mod item;
pub mod job;
pub(crate) mod json_row;
pub mod lyrics;
pub(crate) mod paging;
pub mod playlist;
pub mod provider;
pub mod setting;
pub(crate) mod sql;
pub mod stats;
pub mod thumbnail;
pub mod touched;
pub mod track;
pub mod track_writer;
pub mod work;

pub use paging::MAX_PAGE;
