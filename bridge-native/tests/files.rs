//! What only a real file system can do wrong.

use std::fs;
use std::path::Path;

use bridge_native::NativeFileSystem;
use bridge_traits::ErrorKind;
use bridge_traits::storage::FileSystemAccess;
use bytes::Bytes;
use futures::stream;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[core_async::test]
async fn a_written_stream_that_is_dropped_leaves_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    let endless = Box::pin(stream::repeat_with(|| Ok(Bytes::from_static(&[7; 4096]))));
    let files = NativeFileSystem::new();
    let writing = files.write_stream(&path, endless);
    let stopped = async {
        while names(folder.path()).len() < 2 {
            core_async::task::yield_now().await;
        }
    };
    futures::future::select(writing, Box::pin(stopped)).await;
    // A piece may still be on its way to the disk; its file goes when it has arrived.
    while names(folder.path()).len() > 1 {
        core_async::task::yield_now().await;
    }
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[core_async::test]
    async fn writing_to_a_link_replaces_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        let files = NativeFileSystem::new();
        files.write(&link, "new".into()).await.unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
    }

    #[core_async::test]
    async fn replacing_keeps_the_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        for mode in [0o640, 0o604, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let files = NativeFileSystem::new();
            files.write(&path, "new".into()).await.unwrap();
            let found = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode);
        }
    }

    #[core_async::test]
    async fn a_dangling_link_is_listed_with_its_error() {
        let folder = tempfile::tempdir().unwrap();
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        let files = NativeFileSystem::new();
        let page = files.list_dir(folder.path(), None, 10).await.unwrap();
        let error = page.entries[0].metadata.as_ref().unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::NotFound);
    }

    #[core_async::test]
    async fn removing_a_folder_does_not_follow_links_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir(&inside).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("precious"), "x").unwrap();
        symlink(&outside, inside.join("link")).unwrap();
        let files = NativeFileSystem::new();
        files.remove_dir_all(&inside).await.unwrap();
        assert_eq!(names(folder.path()), ["out"]);
        assert_eq!(names(&outside), ["precious"]);
    }

    #[core_async::test]
    async fn a_pipe_is_refused_instead_of_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let error = NativeFileSystem::new().read(&socket).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{error}");
    }

    #[core_async::test]
    async fn what_may_not_be_read_is_permission_denied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read(&path).is_ok() {
            eprintln!("skipped: this user may read everything");
            return;
        }
        let error = NativeFileSystem::new().read(&path).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::PermissionDenied, "{error}");
    }

    #[core_async::test]
    async fn copying_a_file_onto_itself_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "content").unwrap();
        symlink(&real, &link).unwrap();
        let files = NativeFileSystem::new();
        assert_eq!(files.copy(&real, &real).await.unwrap(), 7);
        assert_eq!(files.copy(&real, &link).await.unwrap(), 7);
        assert_eq!(fs::read(&real).unwrap(), b"content");
    }
}
