//! Files, as `tokio::fs` has them.

pub use tokio::fs::{
    DirEntry, File, OpenOptions, ReadDir, canonicalize, copy, create_dir, create_dir_all, metadata,
    read, read_dir, read_to_string, remove_dir, remove_dir_all, remove_file, rename, try_exists,
    write,
};
