//! The tables, one file each: what may be asked of them and done to them.

pub mod feed;
pub mod item;
pub mod job;
pub mod provider;
mod sql;
pub mod track_writer;
pub mod work;
