//! A disk that is really full, where this user may mount one.

use std::fs;
use std::path::Path;
use std::process::Command;

use music_core_tests::{Software, Song, WebServer};

use crate::music;

/// A small file system in memory, unmounted when dropped.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(at)
            .output();
        output
            .is_ok_and(|it| it.status.success())
            .then_some(Self(at))
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        let status = Command::new("mount")
            .args(["-o", &options])
            .arg(self.0)
            .status();
        assert!(status.is_ok_and(|it| it.success()), "it can't be resized");
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_pauses_the_sync_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path().join("disk");
    fs::create_dir(&at).expect("a folder");
    let Some(disk) = Disk::mount(&at, "500k") else {
        eprintln!("SKIPPED: a full disk: this user can't mount a tmpfs");
        return;
    };
    let source = folder.path().join("music");
    for number in 0..600 {
        let album = source.join((number / 12).to_string());
        fs::create_dir_all(&album).expect("a folder");
        Song::numbered(number).write(&album.join(format!("{number}.mp3")));
    }
    let server = WebServer::start(Software::WsgiDav, &source);
    let url = format!("http://{}/", server.address());
    let database = at.join("library.db");
    let mut failures = 0;
    for size in (700..).step_by(200) {
        let (output, job) = music::sync(&database, &url, &[]);
        if output.status.success() && job.is_some_and(|it| it["failed"] == 0) {
            break;
        }
        failures += 1;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("full") || said.contains("disk") || said.contains("I/O"),
            "{said}"
        );
        assert!(size < 30_000, "it needs more than 30 MB: {said}");
        disk.resize(&format!("{size}k"));
    }
    assert!(failures > 1, "the disk was never full");
    let tracks = music::ask(&database, &["tracks", "--all", "--json"]);
    let paths: std::collections::BTreeSet<_> =
        tracks.iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!((tracks.len(), paths.len()), (600, 600));
    assert!(tracks.iter().all(|it| it["missing"] == false));
    drop(server);
}
