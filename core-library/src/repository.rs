//! The tables, one file each: what may be asked of them and done to them.

pub mod feed;
pub mod item;
pub mod job;
pub mod provider;
pub mod work;
