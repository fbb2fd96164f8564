//! Suite and fake for [`FileSystemAccess`].

mod folders;
mod memory;

pub use folders::*;
pub use memory::MemoryFileSystem;
pub(super) use memory::slice;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::cause;
use crate::storage::{FileKind, FileSystemAccess};
use crate::{BridgeError, ByteStream, ErrorKind, Result};

/// Generates the tests that every [`FileSystemAccess`] passes. The instance is a pair of the file
/// system and an empty folder in it.
#[macro_export]
macro_rules! file_system_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { filesystem, $fresh,
            what_is_written_is_read_back
            writing_replaces_all_of_the_old_content
            ranges_end_where_the_file_ends
            a_stream_gives_the_bytes_from_its_offset_on
            blocking_reads_agree_with_the_others
            a_written_stream_replaces_the_content_at_its_end
            a_stream_that_fails_leaves_the_old_content_and_nothing_else
            appending_adds_to_the_end
            writing_at_a_position_keeps_what_is_around_it
            a_length_cuts_or_fills_with_zeros
            what_exists_can_be_synced
            files_that_are_not_there_are_not_found
            a_folder_is_no_file_and_a_file_no_folder
            metadata_tells_kind_and_size
            a_rename_moves_and_replaces
            a_folder_is_renamed_with_all_below_it
            an_impossible_rename_changes_nothing
            a_copy_is_independent
            removing_takes_what_was_named_and_no_more
            folders_are_made_with_their_parents
            pages_hold_every_entry_exactly_once
            pages_stay_whole_while_others_write
            listing_what_is_no_folder_is_a_typed_error
            any_name_survives_a_listing
            names_that_are_not_text_survive_where_there_are_any
            canonical_paths_have_no_detours
        }
    };
}

type Fixture<F> = (F, PathBuf);

fn pieces(pieces: Vec<Result<Bytes>>) -> ByteStream {
    Box::pin(stream::iter(pieces))
}

async fn names(fs: &impl FileSystemAccess, folder: &Path) -> Vec<String> {
    let page = fs.list_dir(folder, None, 10_000).await.unwrap();
    assert_eq!(page.next, None);
    let mut names: Vec<_> = page
        .entries
        .iter()
        .map(|entry| entry.name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub async fn what_is_written_is_read_back((fs, root): Fixture<impl FileSystemAccess>) {
    let large: Vec<u8> = (0..1_500_000u32).map(|it| (it % 251) as u8).collect();
    for (name, content) in [
        ("empty", Bytes::new()),
        ("small", Bytes::from_static(b"\0abc")),
        ("large", large.into()),
    ] {
        let path = root.join(name);
        fs.write(&path, content.clone()).await.unwrap();
        assert!(fs.read(&path).await.unwrap() == content, "{name}");
        assert_eq!(fs.metadata(&path).await.unwrap().size, content.len() as u64);
    }
    assert_eq!(names(&fs, &root).await, ["empty", "large", "small"]);
}

pub async fn writing_replaces_all_of_the_old_content((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("a");
    for content in ["a longer first version", "short", ""] {
        fs.write(&path, content.into()).await.unwrap();
        assert_eq!(fs.read(&path).await.unwrap(), content);
    }
    assert_eq!(names(&fs, &root).await, ["a"]);
}

pub async fn ranges_end_where_the_file_ends((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("digits");
    fs.write(&path, "0123456789".into()).await.unwrap();
    let backwards = std::ops::Range { start: 7, end: 3 };
    for (range, expected) in [
        (0..10, "0123456789"),
        (0..0, ""),
        (3..7, "3456"),
        (8..12, "89"),
        (10..20, ""),
        (500..600, ""),
        (0..u64::MAX, "0123456789"),
        (u64::MAX - 1..u64::MAX, ""),
        (backwards, ""),
    ] {
        let found = fs.read_range(&path, range.clone()).await.unwrap();
        assert_eq!(found, expected, "{range:?}");
    }
}

pub async fn a_stream_gives_the_bytes_from_its_offset_on(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let content: Vec<u8> = (0..700_000u32).map(|it| (it % 253) as u8).collect();
    let path = root.join("a");
    fs.write(&path, content.clone().into()).await.unwrap();
    for offset in [0, 1, 65_536, 699_999, 700_000, 900_000, u64::MAX] {
        let mut stream = fs.read_stream(&path, offset).await.unwrap();
        let found: Vec<Bytes> = stream.by_ref().try_collect().await.unwrap();
        assert!(stream.next().await.is_none(), "more after the end");
        assert!(
            found.iter().all(|piece| !piece.is_empty()),
            "an empty piece"
        );
        let from = content.len().min(offset.try_into().unwrap_or(usize::MAX));
        assert!(found.concat() == content[from..], "from {offset}");
    }
    // One that is dropped half way disturbs nobody.
    let mut stream = fs.read_stream(&path, 0).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    fs.remove_file(&path).await.unwrap();
}

pub async fn blocking_reads_agree_with_the_others((fs, root): Fixture<impl FileSystemAccess>) {
    use std::io::{Read, Seek, SeekFrom};

    let path = root.join("a");
    fs.write(&path, "0123456789".into()).await.unwrap();
    let Some(file) = fs.open_blocking(&path) else {
        return;
    };
    let mut file = file.unwrap();
    let mut text = String::new();
    file.seek(SeekFrom::End(-4)).unwrap();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "6789");
    for missing in ["b", "a/b"] {
        let opened = fs.open_blocking(&root.join(missing));
        let error = cause(opened.expect("as for the first").map(drop));
        let expected = [ErrorKind::NotFound, ErrorKind::NotADirectory];
        assert!(expected.contains(&error), "{error:?}");
    }
}

pub async fn a_written_stream_replaces_the_content_at_its_end(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let path = root.join("a");
    for parts in [vec!["one ", "", "two"], vec![], vec!["three"]] {
        let stream = pieces(parts.iter().map(|it| Ok(Bytes::from(*it))).collect());
        fs.write_stream(&path, stream).await.unwrap();
        assert_eq!(fs.read(&path).await.unwrap(), parts.concat());
    }
    assert_eq!(names(&fs, &root).await, ["a"]);
}

pub async fn a_stream_that_fails_leaves_the_old_content_and_nothing_else(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let path = root.join("a");
    fs.write(&path, "old".into()).await.unwrap();
    for target in [&path, &root.join("new")] {
        let failing = pieces(vec![
            Ok(Bytes::from_static(b"new")),
            Err(BridgeError::new(ErrorKind::Offline, "the server")),
        ]);
        let result = fs.write_stream(target, failing).await;
        assert_eq!(cause(result), ErrorKind::Offline);
    }
    assert_eq!(fs.read(&path).await.unwrap(), "old");
    assert_eq!(names(&fs, &root).await, ["a"]);
}

pub async fn appending_adds_to_the_end((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("log");
    for _ in 0..3 {
        fs.append(&path, "line\n".into()).await.unwrap();
    }
    assert_eq!(fs.read(&path).await.unwrap(), "line\nline\nline\n");
    let missing = fs.append(&root.join("no/log"), "x".into()).await;
    assert_eq!(cause(missing), ErrorKind::NotFound);
}

pub async fn files_that_are_not_there_are_not_found((fs, root): Fixture<impl FileSystemAccess>) {
    let missing = root.join("missing");
    let below = missing.join("below");
    for path in [&missing, &below] {
        assert_eq!(cause(fs.read(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.read_range(path, 0..1).await), ErrorKind::NotFound);
        let stream = fs.read_stream(path, 0).await.map(drop);
        assert_eq!(cause(stream), ErrorKind::NotFound);
        assert_eq!(cause(fs.metadata(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.remove_file(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.remove_dir(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.remove_dir_all(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.canonicalize(path).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.list_dir(path, None, 9).await), ErrorKind::NotFound);
        let other = root.join("other");
        assert_eq!(cause(fs.rename(path, &other).await), ErrorKind::NotFound);
        assert_eq!(cause(fs.copy(path, &other).await), ErrorKind::NotFound);
    }
    let content = Bytes::from_static(b"x");
    let written = fs.write(&below, content.clone()).await;
    assert_eq!(cause(written), ErrorKind::NotFound);
    let written = fs.write_stream(&below, pieces(vec![Ok(content)])).await;
    assert_eq!(cause(written), ErrorKind::NotFound);
    assert!(names(&fs, &root).await.is_empty());
}

pub async fn a_folder_is_no_file_and_a_file_no_folder((fs, root): Fixture<impl FileSystemAccess>) {
    let folder = root.join("folder");
    let file = root.join("file");
    fs.create_dir_all(&folder).await.unwrap();
    fs.write(&file, "x".into()).await.unwrap();
    let is_folder = ErrorKind::IsADirectory;
    assert_eq!(cause(fs.read(&folder).await), is_folder);
    assert_eq!(cause(fs.read_range(&folder, 0..1).await), is_folder);
    let stream = fs.read_stream(&folder, 0).await.map(drop);
    assert_eq!(cause(stream), is_folder);
    assert_eq!(cause(fs.write(&folder, "x".into()).await), is_folder);
    let written = fs.write_stream(&folder, pieces(vec![])).await;
    assert_eq!(cause(written), is_folder);
    assert_eq!(cause(fs.append(&folder, "x".into()).await), is_folder);
    assert_eq!(cause(fs.remove_file(&folder).await), is_folder);
    assert_eq!(cause(fs.copy(&folder, &root.join("c")).await), is_folder);
    assert_eq!(cause(fs.copy(&file, &folder).await), is_folder);
    let no_folder = ErrorKind::NotADirectory;
    assert_eq!(cause(fs.remove_dir(&file).await), no_folder);
    assert_eq!(cause(fs.remove_dir_all(&file).await), no_folder);
    assert_eq!(cause(fs.list_dir(&file, None, 9).await), no_folder);
    let below = file.join("below");
    assert_eq!(cause(fs.read(&below).await), no_folder);
    assert_eq!(cause(fs.write(&below, "x".into()).await), no_folder);
    assert_eq!(cause(fs.create_dir_all(&below).await), no_folder);
    let over = fs.create_dir_all(&file).await;
    assert_eq!(cause(over), ErrorKind::AlreadyExists);
    assert_eq!(names(&fs, &root).await, ["file", "folder"]);
}

pub async fn metadata_tells_kind_and_size((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("a");
    fs.write(&path, "12345".into()).await.unwrap();
    let file = fs.metadata(&path).await.unwrap();
    assert_eq!((file.kind, file.size), (FileKind::File, 5));
    let folder = fs.metadata(&root).await.unwrap();
    assert_eq!((folder.kind, folder.size), (FileKind::Directory, 0));
    let moved = root.join("b");
    fs.rename(&path, &moved).await.unwrap();
    let after = fs.metadata(&moved).await.unwrap();
    assert_eq!(after.file_id, file.file_id);
    assert_eq!(after.modified_ns, file.modified_ns);
    let page = fs.list_dir(&root, None, 9).await.unwrap();
    assert_eq!(*page.entries[0].metadata.as_ref().unwrap(), after);
}

pub async fn writing_at_a_position_keeps_what_is_around_it(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let path = root.join("a");
    let missing = fs.write_at(&path, 0, "x".into()).await;
    assert_eq!(cause(missing), ErrorKind::NotFound);
    let mut expected: Vec<u8> = (0..600_000u32).map(|it| (it % 241) as u8).collect();
    fs.write(&path, expected.clone().into()).await.unwrap();
    for (at, length) in [
        (0, 1),
        (262_143, 2),
        (100, 400_000),
        (599_999, 1),
        (600_000, 5),
        (900_000, 3),
        (700_000, 0),
        (2_000_000, 0),
        (650_000, 10),
    ] {
        let content = vec![7; length];
        if length > 0 {
            expected.resize(expected.len().max(at + length), 0);
            expected[at..at + length].copy_from_slice(&content);
        }
        fs.write_at(&path, at as u64, content.into()).await.unwrap();
        assert!(
            fs.read(&path).await.unwrap() == expected,
            "{length} at {at}"
        );
        let size = fs.metadata(&path).await.unwrap().size;
        assert_eq!(size, expected.len() as u64, "{length} at {at}");
    }
    let far = fs.write_at(&path, u64::MAX, "x".into()).await;
    assert_eq!(cause(far), ErrorKind::InvalidInput);
    let folder = fs.write_at(&root, 0, "x".into()).await;
    assert_eq!(cause(folder), ErrorKind::IsADirectory);
    assert_eq!(names(&fs, &root).await, ["a"]);
}

pub async fn a_length_cuts_or_fills_with_zeros((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("a");
    assert_eq!(cause(fs.set_len(&path, 1).await), ErrorKind::NotFound);
    let mut expected: Vec<u8> = (0..600_000u32).map(|it| (it % 239) as u8 + 1).collect();
    fs.write(&path, expected.clone().into()).await.unwrap();
    for size in [
        600_000, 599_999, 524_288, 300_000, 800_000, 262_144, 262_145, 0, 400_000, 10,
    ] {
        expected.resize(size, 0);
        fs.set_len(&path, size as u64).await.unwrap();
        assert!(fs.read(&path).await.unwrap() == expected, "{size}");
        let end = fs.read_range(&path, size as u64..u64::MAX).await.unwrap();
        assert!(end.is_empty(), "{size}");
        let mut stream = fs.read_stream(&path, 0).await.unwrap();
        let mut streamed = Vec::new();
        while let Some(piece) = stream.next().await {
            streamed.extend_from_slice(&piece.unwrap());
        }
        assert!(streamed == expected, "{size}, as a stream");
    }
    fs.append(&path, "end".into()).await.unwrap();
    expected.extend(b"end");
    assert!(fs.read(&path).await.unwrap() == expected);
    let copy = root.join("b");
    fs.set_len(&path, 700_000).await.unwrap();
    fs.copy(&path, &copy).await.unwrap();
    expected.resize(700_000, 0);
    assert!(fs.read(&copy).await.unwrap() == expected);
    assert_eq!(cause(fs.set_len(&root, 0).await), ErrorKind::IsADirectory);
    let endless = fs.set_len(&path, u64::MAX).await;
    assert_eq!(cause(endless), ErrorKind::InvalidInput);
}

pub async fn what_exists_can_be_synced((fs, root): Fixture<impl FileSystemAccess>) {
    let path = root.join("a");
    assert_eq!(cause(fs.sync(&path).await), ErrorKind::NotFound);
    fs.write(&path, "x".into()).await.unwrap();
    fs.sync(&path).await.unwrap();
    assert_eq!(fs.read(&path).await.unwrap(), "x");
}
