//! Files, as `tokio::fs` has them.
//!
//! In a browser they lie in the file system that the host passes to `inject`, once, before the first use.

#[cfg(target_arch = "wasm32")]
pub use crate::local::fs::{
    DirEntry, File, FileType, InjectError, Metadata, OpenOptions, ReadDir, canonicalize, copy,
    create_dir, create_dir_all, inject, metadata, read, read_dir, read_to_string, remove_dir,
    remove_dir_all, remove_file, rename, try_exists, write,
};
#[cfg(not(target_arch = "wasm32"))]
pub use std::fs::{FileType, Metadata};
#[cfg(not(target_arch = "wasm32"))]
pub use tokio::fs::{
    DirEntry, File, OpenOptions, ReadDir, canonicalize, copy, create_dir, create_dir_all, metadata,
    read, read_dir, read_to_string, remove_dir, remove_dir_all, remove_file, rename, try_exists,
    write,
};
