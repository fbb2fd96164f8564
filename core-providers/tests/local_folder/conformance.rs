//! `LocalFolder` keeps the contract of `StorageProvider`, on the disk and in memory.

#[path = "../portable/contract.rs"]
mod contract;

use std::sync::Arc;

use self::contract::{FILES, LEFT_OUT, open, tree};
use crate::support::{Disk, Music};

mod on_disk {
    use super::*;

    bridge_traits::storage_provider_conformance!(async || {
        let music = Music::with(LEFT_OUT);
        for (path, content) in FILES {
            music.write(path, content);
        }
        let folder = open(Arc::new(Disk::default()), music.root()).await;
        ((folder, tree()), music)
    });
}
