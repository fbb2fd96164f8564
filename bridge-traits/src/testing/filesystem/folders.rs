//! What holds of folders, renames and names.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use super::super::cause;
use super::{Fixture, names};
use crate::ErrorKind;
use crate::storage::{FileKind, FileSystemAccess, path_key};

pub async fn a_rename_moves_and_replaces((fs, root): Fixture<impl FileSystemAccess>) {
    let (a, b) = (root.join("a"), root.join("b"));
    fs.write(&a, "a".into()).await.unwrap();
    fs.rename(&a, &b).await.unwrap();
    assert_eq!(names(&fs, &root).await, ["b"]);
    fs.write(&a, "new".into()).await.unwrap();
    fs.rename(&a, &b).await.unwrap();
    assert_eq!(names(&fs, &root).await, ["b"]);
    assert_eq!(fs.read(&b).await.unwrap(), "new");
    fs.rename(&b, &b).await.unwrap();
    assert_eq!(fs.read(&b).await.unwrap(), "new");
}

pub async fn a_folder_is_renamed_with_all_below_it((fs, root): Fixture<impl FileSystemAccess>) {
    fs.create_dir_all(&root.join("a/deep")).await.unwrap();
    fs.create_dir_all(&root.join("empty")).await.unwrap();
    fs.create_dir_all(&root.join("ab")).await.unwrap();
    fs.write(&root.join("a/deep/f"), "x".into()).await.unwrap();
    fs.rename(&root.join("a"), &root.join("empty"))
        .await
        .unwrap();
    assert_eq!(names(&fs, &root).await, ["ab", "empty"]);
    assert_eq!(fs.read(&root.join("empty/deep/f")).await.unwrap(), "x");
    let old = fs.read(&root.join("a/deep/f")).await;
    assert_eq!(cause(old), ErrorKind::NotFound);
}

pub async fn an_impossible_rename_changes_nothing((fs, root): Fixture<impl FileSystemAccess>) {
    fs.create_dir_all(&root.join("full/inner")).await.unwrap();
    fs.create_dir_all(&root.join("folder")).await.unwrap();
    fs.write(&root.join("file"), "x".into()).await.unwrap();
    for (from, to, kind) in [
        ("folder", "full", ErrorKind::DirectoryNotEmpty),
        ("folder", "file", ErrorKind::NotADirectory),
        ("file", "folder", ErrorKind::IsADirectory),
        ("full", "full/inner/itself", ErrorKind::InvalidInput),
        ("file", "missing/file", ErrorKind::NotFound),
    ] {
        let result = fs.rename(&root.join(from), &root.join(to)).await;
        assert_eq!(cause(result), kind, "{from} to {to}");
    }
    assert_eq!(names(&fs, &root).await, ["file", "folder", "full"]);
    assert_eq!(names(&fs, &root.join("full")).await, ["inner"]);
}

pub async fn a_copy_is_independent((fs, root): Fixture<impl FileSystemAccess>) {
    let (a, b) = (root.join("a"), root.join("b"));
    fs.write(&a, "content".into()).await.unwrap();
    fs.write(&b, "something longer".into()).await.unwrap();
    assert_eq!(fs.copy(&a, &b).await.unwrap(), 7);
    fs.append(&a, "!".into()).await.unwrap();
    assert_eq!(fs.read(&b).await.unwrap(), "content");
    assert_eq!(names(&fs, &root).await, ["a", "b"]);
}

pub async fn removing_takes_what_was_named_and_no_more((fs, root): Fixture<impl FileSystemAccess>) {
    fs.create_dir_all(&root.join("a/deep/er")).await.unwrap();
    fs.create_dir_all(&root.join("ab")).await.unwrap();
    fs.write(&root.join("a/deep/f"), "x".into()).await.unwrap();
    fs.write(&root.join("a.txt"), "x".into()).await.unwrap();
    let full = fs.remove_dir(&root.join("a")).await;
    assert_eq!(cause(full), ErrorKind::DirectoryNotEmpty);
    fs.remove_dir(&root.join("a/deep/er")).await.unwrap();
    fs.remove_dir_all(&root.join("a")).await.unwrap();
    assert_eq!(names(&fs, &root).await, ["a.txt", "ab"]);
    fs.remove_file(&root.join("a.txt")).await.unwrap();
    assert_eq!(names(&fs, &root).await, ["ab"]);
}

pub async fn folders_are_made_with_their_parents((fs, root): Fixture<impl FileSystemAccess>) {
    let deep = root.join("a/b/c");
    fs.create_dir_all(&deep).await.unwrap();
    fs.create_dir_all(&deep).await.unwrap();
    let made = fs.metadata(&deep).await.unwrap();
    assert_eq!(made.kind, FileKind::Directory);
}

async fn page_through(fs: &impl FileSystemAccess, folder: &Path, limit: usize) -> Vec<OsString> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = fs.list_dir(folder, after, limit).await.unwrap();
        assert!(page.entries.len() <= limit);
        found.extend(page.entries.into_iter().map(|entry| entry.name));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

pub async fn pages_hold_every_entry_exactly_once((fs, root): Fixture<impl FileSystemAccess>) {
    let mut expected = BTreeSet::new();
    for at in 0..23 {
        let name = format!("{}{at}", if at % 2 == 0 { "é" } else { "B" });
        if at % 5 == 0 {
            fs.create_dir_all(&root.join(&name)).await.unwrap();
        } else {
            fs.write(&root.join(&name), "x".into()).await.unwrap();
        }
        expected.insert(OsString::from(name));
    }
    for limit in [1, 2, 5, 22, 23, 24, 1000] {
        let found = page_through(&fs, &root, limit).await;
        assert_eq!(found.len(), 23, "limit {limit}");
        assert_eq!(BTreeSet::from_iter(found), expected, "limit {limit}");
    }
}

pub async fn pages_stay_whole_while_others_write((fs, root): Fixture<impl FileSystemAccess>) {
    for at in 0..20 {
        fs.write(&root.join(format!("f{at:02}")), "x".into())
            .await
            .unwrap();
    }
    let mut found = Vec::new();
    let mut after = None;
    let mut turn = 0;
    loop {
        let page = fs.list_dir(&root, after, 3).await.unwrap();
        found.extend(page.entries.into_iter().map(|entry| entry.name));
        let Some(next) = page.next else { break };
        // What was listed last goes away, and others come, before and behind.
        if let Some(last) = found.last() {
            fs.remove_file(&root.join(last)).await.unwrap();
        }
        for new in ["a", "f05x", "z"] {
            let path = root.join(format!("{new}{turn}"));
            fs.write(&path, "x".into()).await.unwrap();
        }
        after = Some(next);
        turn += 1;
        assert!(turn < 100, "the listing does not end");
    }
    for at in 0..20 {
        let name = OsString::from(format!("f{at:02}"));
        let times = found.iter().filter(|it| **it == name).count();
        assert_eq!(times, 1, "{name:?} in {found:?}");
    }
}

pub async fn listing_what_is_no_folder_is_a_typed_error(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let nothing = fs.list_dir(&root, None, 10).await.unwrap();
    assert!(nothing.entries.is_empty() && nothing.next.is_none());
    let no_page = fs.list_dir(&root, None, 0).await;
    assert_eq!(cause(no_page), ErrorKind::InvalidInput);
}

pub async fn any_name_survives_a_listing((fs, root): Fixture<impl FileSystemAccess>) {
    let odd = [
        " a", "a b", "50% off", "#1 'hit'", "日本", "é", ".hidden", "x.tmp", "...",
    ];
    for name in odd {
        fs.write(&root.join(name), name.into()).await.unwrap();
    }
    let mut expected = odd.map(str::to_owned);
    expected.sort();
    assert_eq!(names(&fs, &root).await, expected);
    for name in odd {
        assert_eq!(fs.read(&root.join(name)).await.unwrap(), name);
    }
    let empty = fs.write(&root.join("a\0b"), "x".into()).await;
    assert_eq!(cause(empty), ErrorKind::InvalidInput);
    let long = fs.write(&root.join("n".repeat(5000)), "x".into()).await;
    assert_eq!(cause(long), ErrorKind::InvalidInput);
}

pub async fn names_that_are_not_text_survive_where_there_are_any(
    (fs, root): Fixture<impl FileSystemAccess>,
) {
    let name = path_key::decode("caf%E9 %FF.mp3");
    if name.to_str().is_some() {
        // Names are text on this platform.
        return;
    }
    let path = root.join(&name);
    if fs.write(&path, "x".into()).await.is_err() {
        // The platform has such names and this disk has not.
        return;
    }
    let page = fs.list_dir(&root, None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].name, name);
    assert_eq!(fs.read(&path).await.unwrap(), "x");
    fs.rename(&path, &root.join("b")).await.unwrap();
    assert_eq!(names(&fs, &root).await, ["b"]);
}

pub async fn canonical_paths_have_no_detours((fs, root): Fixture<impl FileSystemAccess>) {
    fs.create_dir_all(&root.join("a/b")).await.unwrap();
    fs.write(&root.join("f"), "x".into()).await.unwrap();
    let straight = fs.canonicalize(&root.join("f")).await.unwrap();
    let detour = root.join("a/./b/../../f");
    assert_eq!(fs.canonicalize(&detour).await.unwrap(), straight);
    assert_eq!(fs.read(&detour).await.unwrap(), "x");
}
