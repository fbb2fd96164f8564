//! Files over an injected file system, held against `tokio::fs` on the same disk.

#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "a test")]

mod differential;
mod disk;
mod steps;

use core_async::local::{VirtualHost, fs};
use disk::Disk;
use std::io::{self, ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// Runs a body with the file system injected.
fn with_disk<F: Future<Output: 'static> + 'static>(body: F) -> F::Output {
    fs::inject(Arc::new(Disk)).expect("each test has a thread of its own");
    let (host, runtime) = VirtualHost::start(1);
    host.run(&runtime, body)
}

/// Runs the same steps over both and compares what they say and what lies on the disk afterwards.
macro_rules! same {
    (|$root:ident, $notes:ident| $body:block) => {{
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = ours.path().to_owned();
        let said = with_disk(async move {
            #[allow(unused_imports, reason = "not every body needs all")]
            use core_async::local::fs::{self, File, OpenOptions};
            let ($root, mut $notes) = (path, Vec::<String>::new());
            $body
            $notes
        });
        let path = theirs.path().to_owned();
        let oracle = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let expected = oracle.block_on(async move {
            #[allow(unused_imports, reason = "not every body needs all")]
            use tokio::fs::{self, File, OpenOptions};
            let ($root, mut $notes) = (path, Vec::<String>::new());
            $body
            $notes
        });
        assert_eq!(said, expected);
        assert_eq!(tree(ours.path()), tree(theirs.path()));
    }};
}

fn note<T: std::fmt::Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            found.push((name.clone(), b"folder".to_vec()));
            let below = tree(&path).into_iter();
            found.extend(below.map(|(path, content)| (name.join(path), content)));
        } else {
            found.push((name, std::fs::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn whole_files_and_folders_behave_as_tokios() {
    same!(|root, notes| {
        let (a, b, sub) = (root.join("a"), root.join("b"), root.join("x/y"));
        notes.push(note(fs::read(&a).await));
        notes.push(note(fs::write(&a, b"one").await));
        notes.push(note(fs::read_to_string(&a).await));
        notes.push(note(fs::write(&a, [0xff, 0xfe]).await));
        notes.push(note(fs::read_to_string(&a).await));
        notes.push(note(fs::copy(&a, &b).await));
        notes.push(note(fs::create_dir(&sub).await));
        notes.push(note(fs::create_dir_all(&sub).await));
        notes.push(note(fs::create_dir(&sub).await));
        notes.push(note(fs::create_dir(sub.join("z")).await));
        notes.push(note(fs::remove_dir(root.join("x")).await));
        notes.push(note(fs::rename(&b, sub.join("b")).await));
        notes.push(note(fs::try_exists(&b).await));
        notes.push(note(fs::try_exists(sub.join("b")).await));
        let found = fs::metadata(&a).await.unwrap();
        notes.push(format!(
            "{} {} {}",
            found.len(),
            found.is_file(),
            found.is_dir()
        ));
        notes.push(note(fs::metadata(&b).await.map(|_| ())));
        notes.push(note(fs::remove_file(&b).await));
        notes.push(note(fs::remove_file(&a).await));
        notes.push(note(fs::remove_dir_all(root.join("x/y/z")).await));
    });
}

#[test]
fn a_listing_has_every_entry_once() {
    same!(|root, notes| {
        for n in 0..600 {
            fs::write(root.join(format!("{n}")), vec![0; n])
                .await
                .unwrap();
        }
        let mut entries = fs::read_dir(&root).await.unwrap();
        let mut seen = Vec::new();
        while let Some(entry) = entries.next_entry().await.unwrap() {
            let length = entry.metadata().await.unwrap().len();
            let is_file = entry.file_type().await.unwrap().is_file();
            assert_eq!(entry.path(), root.join(entry.file_name()));
            seen.push(format!("{:?} {length} {is_file}", entry.file_name()));
        }
        seen.sort();
        notes.extend(seen);
        notes.push(note(fs::read_dir(root.join("none")).await.map(|_| ())));
    });
}

#[test]
#[allow(clippy::nonsensical_open_options, reason = "bad use is tested too")]
fn open_files_behave_as_tokios() {
    same!(|root, notes| {
        let path = root.join("f");
        notes.push(note(File::open(&path).await.map(|_| ())));
        let mut file = File::create(&path).await.unwrap();
        file.write_all(b"0123456789").await.unwrap();
        file.flush().await.unwrap();
        notes.push(note(
            file.read(&mut [0; 4])
                .await
                .map(|_| ())
                .map_err(|_| ErrorKind::Other.into()),
        ));
        notes.push(note(file.seek(SeekFrom::Start(4)).await));
        file.write_all(b"xyz").await.unwrap();
        file.flush().await.unwrap();
        notes.push(note(file.seek(SeekFrom::End(3)).await));
        file.write_all(b"after a gap").await.unwrap();
        file.sync_all().await.unwrap();
        file.set_len(20).await.unwrap();
        drop(file);
        notes.push(note(File::create_new(&path).await.map(|_| ())));
        let mut file = OpenOptions::new()
            .append(true)
            .read(true)
            .open(&path)
            .await
            .unwrap();
        file.write_all(b"the end").await.unwrap();
        file.flush().await.unwrap();
        file.seek(SeekFrom::Start(2)).await.unwrap();
        let mut text = vec![0; 9];
        notes.push(note(file.read_exact(&mut text).await));
        notes.push(format!("{text:?}"));
        notes.push(note(file.seek(SeekFrom::Current(-3)).await));
        notes.push(note(file.seek(SeekFrom::Current(-100)).await));
        let mut rest = Vec::new();
        notes.push(note(file.read_to_end(&mut rest).await));
        notes.push(format!("{rest:?}"));
        notes.push(note(OpenOptions::new().open(&path).await.map(|_| ())));
        notes.push(note(
            OpenOptions::new()
                .read(true)
                .truncate(true)
                .open(&path)
                .await
                .map(|_| ()),
        ));
        notes.push(note(
            OpenOptions::new()
                .write(true)
                .open(root.join("no"))
                .await
                .map(|_| ()),
        ));
    });
}

#[test]
fn random_reads_writes_and_seeks_behave_as_tokios() {
    for seed in 1..40u64 {
        // `inject` holds for a thread.
        let run = move || {
            same!(|root, notes| {
                let mut state = seed;
                let mut random = move |below: u64| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
                    (state >> 33) % below
                };
                let mut options = OpenOptions::new();
                options.read(true).write(true).create(true);
                let mut file = options.open(root.join("f")).await.unwrap();
                for step in 0..60u8 {
                    match random(4) {
                        0 => {
                            let content = vec![step; random(200) as usize];
                            file.write_all(&content).await.unwrap();
                            file.flush().await.unwrap();
                        }
                        1 => {
                            let target = SeekFrom::Start(random(400));
                            notes.push(note(file.seek(target).await));
                        }
                        2 => {
                            let back = random(300) as i64 - 150;
                            notes.push(note(file.seek(SeekFrom::Current(back)).await));
                        }
                        _ => {
                            let mut part = Vec::new();
                            let limit = random(100);
                            (&mut file)
                                .take(limit)
                                .read_to_end(&mut part)
                                .await
                                .unwrap();
                            notes.push(format!("{part:?}"));
                        }
                    }
                }
            });
        };
        std::thread::spawn(run).join().expect("the same on both");
    }
}

#[test]
fn a_file_without_a_file_system_is_a_typed_error() {
    let (host, runtime) = VirtualHost::start(1);
    let error = host
        .run(&runtime, async { fs::read("/a").await })
        .expect_err("nothing injected");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<fs::InjectError>());
    assert_eq!(cause, Some(&fs::InjectError::NotInjected));
    assert!(error.to_string().contains("fs::inject"), "{error}");
}

#[test]
fn a_second_injection_is_a_typed_error_and_changes_nothing() {
    fs::inject(Arc::new(Disk)).expect("the first one");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let (host, runtime) = VirtualHost::start(1);
    let cloned = host.run(&runtime, async move {
        fs::File::create(path)
            .await
            .expect("a file")
            .try_clone()
            .await
    });
    let error = cloned.expect_err("a file is its path");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("file"), "{error}");
    let error = fs::inject(Arc::new(Disk)).expect_err("the second one");
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<fs::InjectError>());
    assert_eq!(cause, Some(&fs::InjectError::AlreadyInjected));
}
