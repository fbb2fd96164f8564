//! Files in memory against the disk, by random steps. `bridge-wasm` runs the same steps in a browser and
//! holds IndexedDB against files in memory, so IndexedDB against a disk.

use super::steps;
use bridge_traits::testing::MemoryFileSystem;
use core_async::local::{VirtualHost, fs};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

fn in_memory(seed: u64) -> Vec<String> {
    // `inject` holds for a thread.
    let run = move || {
        fs::inject(Arc::new(MemoryFileSystem::new())).expect("a new thread");
        let (host, runtime) = VirtualHost::start(1);
        host.run(&runtime, async move {
            let root = PathBuf::from("/root");
            fs::create_dir(&root).await.expect("an empty root");
            steps::random_steps!(fs, seed, root)
        })
    };
    std::thread::spawn(run).join().expect("no step panics")
}

fn on_disk(seed: u64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async move {
        use tokio::fs;
        steps::random_steps!(fs, seed, root)
    })
}

#[test]
fn random_steps_in_memory_come_to_what_they_come_to_on_a_disk() {
    for seed in 1..=100 {
        let (ours, theirs) = (in_memory(seed), on_disk(seed));
        let first = ours.iter().zip(&theirs).position(|(a, b)| a != b);
        if let Some(at) = first {
            let before = ours[at.saturating_sub(12)..at].join("\n");
            panic!(
                "seed {seed}:\n{before}\nin memory: {}\non disk:   {}",
                ours[at], theirs[at]
            );
        }
        assert_eq!(ours.len(), theirs.len(), "seed {seed}");
    }
}
