//! Files over an injected `FileSystemAccess`, with tokio's names.
//!
//! A page has no file system of its own; the host injects one, once, before the first use. Whatever it
//! stores in, a whole-file write replaces the file at once or not at all.

mod dir;
mod error;
mod file;
mod injected;
mod metadata;
mod open_options;
mod paths;

pub use dir::{DirEntry, ReadDir, read_dir};
pub use error::InjectError;
pub use file::File;
pub use injected::inject;
pub use metadata::{FileType, Metadata};
pub use open_options::OpenOptions;
pub use paths::{
    canonicalize, copy, create_dir, create_dir_all, metadata, read, read_to_string, remove_dir,
    remove_dir_all, remove_file, rename, try_exists, write,
};
