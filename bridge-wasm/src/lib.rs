//! The platform contract of music-core in a browser, in windows and in workers.
//!
//! | trait | here |
//! |---|---|
//! | `FileSystemAccess` | [`WasmFileSystem`]: inodes, folders and chunks in IndexedDB |
//!
//! Its files are those of `bridge-native`, each type named `Wasm…` where it is `Native…` there, and
//! each runs the same conformance suite of `bridge-traits`. On other targets the crate is empty.

#![cfg(target_arch = "wasm32")]

mod error;
mod filesystem;
mod idb;
mod js;
mod locks;

pub use filesystem::{FileSystemOptions, WasmFileSystem};
pub use idb::Durability;
