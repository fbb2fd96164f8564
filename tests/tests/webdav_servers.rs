//! Whole syncs from real WebDAV servers, with their requests counted on the wire.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use core_service::bootstrap::bootstrap_native;
use core_service::dto::{SyncJob, Track};
use core_service::{
    ArtworkId, CoreConfig, CoreService, SyncMode, SyncRequest, WebDavFolder, WebDavOptions,
};
use music_core_tests::{FaultProxy, Request, Software, Song, WebServer, real_size};
use tempfile::TempDir;

/// A server with music, a proxy that counts, and a library.
struct Place {
    folder: TempDir,
    server: WebServer,
    proxy: FaultProxy,
    service: CoreService,
    provider: i64,
}

impl Place {
    async fn new(software: Software, fill: impl FnOnce(&Path, &WebServer)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let music = folder.path().join("music");
        fs::create_dir(&music).expect("a folder");
        let server = WebServer::start(software, &music);
        fill(&music, &server);
        let proxy = FaultProxy::start(server.address());
        let config = CoreConfig::builder()
            .database_path(folder.path().join("library.db"))
            .build()
            .expect("a sound configuration");
        let service = bootstrap_native(config).await.expect("the library opens");
        let provider = service
            .add_webdav(WebDavFolder {
                url: proxy.url(server.path()),
                options: WebDavOptions::default(),
                ..WebDavFolder::default()
            })
            .await
            .expect("the server is known");
        proxy.take_requests();
        Self {
            folder,
            server,
            proxy,
            provider: provider.id,
            service,
        }
    }

    fn file(&self, path: &str) -> PathBuf {
        let path = self.folder.path().join("music").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        path
    }

    /// Syncs; gives the job and the requests that it cost.
    async fn sync(&self) -> (SyncJob, Vec<Request>) {
        self.sync_with(SyncRequest::default()).await
    }

    async fn sync_with(&self, request: SyncRequest) -> (SyncJob, Vec<Request>) {
        let job = self.service.start_sync(self.provider, request).await;
        let job = self.service.wait_for_sync(job.expect("it starts")).await;
        let job = job.expect("it is stored");
        assert_eq!((job.status, &job.error), ("completed", &None));
        (job, self.proxy.take_requests())
    }

    /// Gives the tracks that are there, by path.
    async fn tracks(&self) -> BTreeMap<String, Track> {
        let (mut found, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.service.tracks(true, 500, after).await.expect("tracks");
            for track in page.items.into_iter().filter(|it| !it.missing) {
                let path = track.path.clone().expect("a path");
                let before = found.insert(path.clone(), track);
                assert!(before.is_none(), "{path} is there twice");
            }
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    }

    /// Checks that the library holds the files of the server and no others.
    async fn check(&self) {
        let mut files = Vec::new();
        collect(&self.folder.path().join("music"), "", &mut files);
        let tracks = self.tracks().await;
        let known: Vec<&String> = tracks.keys().collect();
        files.sort();
        assert_eq!(known, files.iter().collect::<Vec<_>>());
    }
}

fn collect(folder: &Path, below: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name of text");
        let path = match below {
            "" => name,
            below => format!("{below}/{name}"),
        };
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files);
        } else {
            files.push(path);
        }
    }
}

fn count(requests: &[Request], method: &str) -> usize {
    requests.iter().filter(|it| it.method == method).count()
}

/// Writes albums of twelve songs each.
fn albums(music: &Path, albums: u32) {
    for number in 0..albums * 12 {
        let song = Song::numbered(number);
        let folder = music.join(&song.artist).join(&song.album);
        fs::create_dir_all(&folder).expect("a folder");
        song.write(&folder.join(format!("{:02} & ü.mp3", song.track)));
    }
}

async fn a_life(software: Software) {
    let place = Place::new(software, |music, _| albums(music, 9)).await;
    // Three artists with three albums each, and the root.
    let folders = 1 + 3 + 9;

    let (job, requests) = place.sync().await;
    assert_eq!((job.sync_type, job.added, job.failed), ("full", 108, 0));
    assert_eq!(count(&requests, "PROPFIND"), folders);
    place.check().await;

    let (job, requests) = place.sync().await;
    assert_eq!((job.sync_type, job.unchanged), ("incremental", 108));
    assert_eq!(
        (requests.len(), job.bytes_read),
        (folders, 0),
        "{requests:?}"
    );

    let before = place.tracks().await;
    fs::rename(place.file("Artist 1"), place.file("Zoë")).expect("renamed");
    let (job, requests) = place.sync().await;
    assert_eq!((job.moved, job.added, job.deleted), (36, 0, 0));
    assert_eq!((count(&requests, "GET"), job.bytes_read), (0, 0));
    place.check().await;
    let after = place.tracks().await;
    for (path, track) in &before {
        let path = path.replace("Artist 1/", "Zoë/");
        assert_eq!(after[&path].id, track.id, "{path}");
    }

    let song = Song {
        title: "Another title, of another length".into(),
        ..Song::numbered(3)
    };
    song.retag(&place.file("Artist 0/Album 0/04 & ü.mp3"));
    Song::numbered(900).write(&place.file("New/Album/x.mp3"));
    fs::remove_file(place.file("Artist 2/Album 6/01 & ü.mp3")).expect("removed");
    fs::remove_dir_all(place.file("Artist 2/Album 7")).expect("removed");
    let (job, requests) = place.sync().await;
    assert_eq!((job.added, job.updated, job.failed), (1, 1, 0));
    assert_eq!(count(&requests, "GET"), 2);
    // Thirteen deletions are more than go without a person's word only in a small library.
    assert_eq!(job.deleted + job.held, 13);
    if job.held > 0 {
        let confirmed = SyncRequest {
            mode: SyncMode::Auto,
            deletions_confirmed: true,
        };
        place.sync_with(confirmed).await;
    }
    place.check().await;
    assert_eq!(
        place.tracks().await["Artist 0/Album 0/04 & ü.mp3"].title,
        song.title
    );
}

#[core_async::test]
async fn tracks_of_real_size_cost_one_request_of_64_kib_each() {
    const EACH: u64 = 8;
    let place = Place::new(Software::WsgiDav, |music, _| {
        for number in 0..EACH as u32 {
            let (lossy, lossless) = (Song::numbered(number), Song::numbered(100 + number));
            real_size::write_mp3(&lossy, &music.join(format!("{number}.mp3")));
            real_size::write_flac(&lossless, &music.join(format!("{number}.flac")));
        }
    })
    .await;
    let (job, requests) = place.sync().await;
    assert_eq!((job.added, job.failed, job.warnings), (2 * EACH, 0, 0));
    let gets = count(&requests, "GET") as u64;
    assert_eq!((gets, job.bytes_read), (2 * EACH, 2 * EACH * (64 << 10)));
    let tracks = place.tracks().await;
    let (lossy, lossless) = (&tracks["3.mp3"], &tracks["3.flac"]);
    assert_eq!(
        (lossy.title.as_str(), lossy.duration_ms),
        ("Song 3", Some(182_857))
    );
    assert_eq!(
        (lossless.title.as_str(), lossless.duration_ms),
        ("Song 103", Some(180_000))
    );

    // Moved, which a server of plain files shows as deleted and new, they are who they were.
    fs::rename(place.file("3.mp3"), place.file("elsewhere/x.mp3")).expect("renamed");
    fs::rename(place.file("3.flac"), place.file("elsewhere/y.flac")).expect("renamed");
    place.sync().await;
    let after = place.tracks().await;
    assert_eq!(after["elsewhere/x.mp3"].id, lossy.id);
    assert_eq!(after["elsewhere/y.flac"].id, lossless.id);

    // The cover is fetched by its place when somebody asks for it.
    let artwork = ArtworkId(lossless.artwork_id.expect("a cover"));
    let (bytes, mime) = place.service.artwork(artwork).await.expect("the cover");
    assert_eq!((bytes.len(), mime.as_str()), (600_000, "image/jpeg"));
    assert_eq!(count(&place.proxy.take_requests(), "GET"), 2);
}

#[core_async::test]
async fn a_library_follows_rclone() {
    a_life(Software::Rclone).await;
}

#[core_async::test]
async fn a_library_follows_wsgidav() {
    a_life(Software::WsgiDav).await;
}

#[core_async::test]
async fn a_folder_of_a_thousand_tracks_that_is_renamed_costs_no_content() {
    // rclone lists a folder of a thousand files in half a minute.
    let place = Place::new(Software::WsgiDav, |music, _| {
        fs::create_dir(music.join("Before")).expect("a folder");
        for number in 0..1_000 {
            Song::numbered(number).write(&music.join(format!("Before/{number:04}.mp3")));
        }
        Song::numbered(2_000).write(&music.join("other.mp3"));
    })
    .await;
    let (job, _) = place.sync().await;
    assert_eq!(job.added, 1_001);
    let before = place.tracks().await;
    fs::rename(place.file("Before"), place.file("After")).expect("renamed");
    let (job, requests) = place.sync().await;
    assert_eq!((job.moved, job.bytes_read), (1_000, 0));
    assert_eq!(
        (count(&requests, "PROPFIND"), count(&requests, "GET")),
        (2, 0)
    );
    let after = place.tracks().await;
    assert_eq!(before["Before/0500.mp3"].id, after["After/0500.mp3"].id);
    place.check().await;
}

#[core_async::test]
async fn a_library_follows_the_feed_of_xandikos_with_one_request() {
    let song = |number: u32, title: &str| {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let song = Song {
            title: title.to_owned(),
            ..Song::numbered(number)
        };
        song.write(file.path());
        fs::read(file.path()).expect("a song")
    };
    let place = Place::new(Software::Xandikos, |_, server| {
        for number in 0..20 {
            let status = server.send("PUT", &format!("{number}.mp3"), &song(number, "Song"));
            assert_eq!(status, 201);
        }
    })
    .await;
    let (job, requests) = place.sync().await;
    assert_eq!((job.added, job.failed), (20, 0));
    // The listing, and what changed meanwhile: nothing is swept before that is known.
    assert_eq!(
        (count(&requests, "REPORT"), count(&requests, "PROPFIND")),
        (2, 0)
    );
    for _ in 0..2 {
        let (_, requests) = place.sync().await;
        assert_eq!((requests.len(), count(&requests, "REPORT")), (1, 1));
    }
    let before = place.tracks().await;
    assert_eq!(place.server.send("DELETE", "3.mp3", b""), 204);
    assert_eq!(place.server.send("PUT", "4.mp3", &song(4, "Edited")), 204);
    assert_eq!(place.server.send("PUT", "new.mp3", &song(30, "New")), 201);
    // A rename, as a server sees one that is not a MOVE.
    assert_eq!(
        place.server.send("PUT", "renamed.mp3", &song(5, "Song")),
        201
    );
    assert_eq!(place.server.send("DELETE", "5.mp3", b""), 204);
    let (job, requests) = place.sync().await;
    assert_eq!((job.deleted, job.updated, job.failed), (1, 1, 0), "{job:?}");
    assert_eq!(
        (count(&requests, "REPORT"), count(&requests, "GET")),
        (1, 3)
    );
    let after = place.tracks().await;
    assert_eq!(after["renamed.mp3"].id, before["5.mp3"].id);
    assert_eq!(after["4.mp3"].title, "Edited");
    assert_eq!(after.len(), 20);
}

#[core_async::test]
async fn a_tenth_of_all_requests_failing_changes_nothing_in_the_end() {
    let place = Place::new(Software::WsgiDav, |music, _| albums(music, 12)).await;
    place.proxy.set_faults(100, 7);
    for _ in 0..20 {
        let request = SyncRequest::default();
        let job = place.service.start_sync(place.provider, request).await;
        let job = place.service.wait_for_sync(job.expect("it starts")).await;
        let job = job.expect("it is stored");
        if job.status == "completed" && place.tracks().await.len() == 144 {
            break;
        }
    }
    let faults = place.proxy.faults();
    assert!(
        faults.resets + faults.truncations + faults.throttles > 5,
        "{faults:?}"
    );
    place.check().await;
}
