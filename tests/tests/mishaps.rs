//! What goes wrong costs nothing that a person made.

use core_service::{LocalFolderOptions, SyncMode, SyncRequest};
use music_core_tests::{Song, World};
use std::fs;

#[core_async::test]
async fn an_emptied_root_deletes_nothing_and_the_job_says_why() {
    let world = World::with_albums(2);
    world.sync().await;
    let aside = world.music().with_file_name("aside");
    fs::rename(world.music(), &aside).unwrap();
    fs::create_dir(world.music()).unwrap();

    let job = world.sync().await;
    assert_eq!((job.status, job.deleted), ("failed", 0));
    assert!(
        job.error.as_deref().is_some_and(|it| it.contains("root")),
        "{job:?}"
    );
    assert!(world.tracks().await.iter().all(|it| !it.missing));

    // Listing everything does not get round it either.
    let job = world.sync_full().await;
    assert_eq!(
        (
            job.deleted,
            world.tracks().await.iter().filter(|it| it.missing).count()
        ),
        (0, 0)
    );

    // Back again, all is as it was, and nothing is read again.
    fs::remove_dir(world.music()).unwrap();
    fs::rename(&aside, world.music()).unwrap();
    let job = world.sync().await;
    assert_eq!(
        (job.status, job.updated, job.deleted, job.bytes_read),
        ("completed", 0, 0, 0)
    );
    assert!(world.tracks().await.iter().all(|it| !it.missing));
}

#[core_async::test]
async fn a_missing_root_deletes_nothing_and_the_job_says_why() {
    let world = World::with_albums(1);
    world.sync().await;
    fs::rename(world.music(), world.music().with_file_name("aside")).unwrap();
    let job = world.sync().await;
    assert_eq!((job.status, job.deleted), ("failed", 0));
    assert!(job.error.is_some());
    assert!(world.tracks().await.iter().all(|it| !it.missing));
}

#[core_async::test]
async fn a_mass_deletion_is_held_until_a_person_confirms_it() {
    let world = World::with_albums(5);
    world.sync().await;
    for album in 1..5 {
        fs::remove_dir_all(world.music().join(format!("Album {album}"))).unwrap();
    }
    for _ in 0..2 {
        let job = world.sync().await;
        assert_eq!((job.status, job.held, job.deleted), ("completed", 48, 0));
        assert!(world.tracks().await.iter().all(|it| !it.missing));
    }
    let confirmed = SyncRequest {
        mode: SyncMode::Auto,
        deletions_confirmed: true,
    };
    let job = world.sync_with(confirmed).await;
    assert_eq!((job.held, job.deleted), (0, 48));
    assert_eq!(
        world.tracks().await.iter().filter(|it| it.missing).count(),
        48
    );
}

#[core_async::test]
async fn damaged_files_cost_themselves_and_are_named() {
    let world = World::with_albums(1);
    fs::write(world.file("bad/empty.mp3"), b"").unwrap();
    fs::write(world.file("bad/text.flac"), b"this is no music at all").unwrap();
    let whole = fs::read(world.file("Album 0/01.mp3")).unwrap();
    fs::write(world.file("bad/cut.mp3"), &whole[..whole.len() / 3]).unwrap();
    fs::write(world.file("bad/mislabelled.ogg"), &whole).unwrap();
    let job = world.sync().await;
    assert_eq!(job.status, "completed");
    assert_eq!(job.failed + job.added, 12 + 4, "{job:?}");
    assert!(job.failed >= 2);
    let service = world.open().await;
    let warnings = service
        .sync_warnings(core_service::SyncJobId(job.job), None, 100)
        .await
        .unwrap();
    for name in ["bad/empty.mp3", "bad/text.flac"] {
        assert!(
            warnings.iter().any(|it| it.subject == name),
            "{name}: {warnings:?}"
        );
    }
    service.shutdown().await.unwrap();
    // They are not tried again until they change, and then they are.
    assert_eq!(world.sync().await.failed, 0);
    Song::numbered(900).write(&world.file("bad/empty.mp3"));
    assert_eq!(world.sync().await.added, 1);
}

#[cfg(unix)]
#[core_async::test]
async fn names_that_are_no_text_are_kept_apart() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let names: [&[u8]; 4] = [
        b"caf\xe9.mp3",
        b"caf\xe8.mp3",
        "e\u{301}.mp3".as_bytes(),
        "\u{e9}.mp3".as_bytes(),
    ];
    for (number, name) in (0..).zip(names) {
        Song::numbered(number).write(&world.music().join(std::ffi::OsStr::from_bytes(name)));
    }
    assert_eq!(world.sync().await.added, 4);
    let again = world.sync().await;
    assert_eq!((again.unchanged, again.bytes_read), (4, 0));
    assert_eq!(world.tracks().await.len(), 4);
}

#[core_async::test]
async fn a_cancelled_sync_goes_on_where_it_stopped() {
    let world = World::with_albums(20);
    let service = world.open().await;
    let folder = world.music();
    let provider = service
        .add_local_folder(&folder, core_service::LocalFolderOptions::default())
        .await
        .unwrap();
    let job = service
        .start_sync(provider.id, SyncRequest::default())
        .await
        .unwrap();
    service.cancel_sync(job).unwrap();
    let job = service.wait_for_sync(job).await.unwrap();
    assert!(matches!(job.status, "cancelled" | "completed"), "{job:?}");
    service.shutdown().await.unwrap();

    let rest = world.sync().await;
    assert_eq!(rest.status, "completed");
    assert_eq!(job.added + rest.added, 240);
    assert_eq!(rest.unchanged + rest.added, rest.discovered, "{rest:?}");
    let tracks = world.tracks().await;
    assert_eq!(tracks.len(), 240);
    assert!(tracks.iter().all(|it| !it.missing));
}

#[core_async::test]
async fn a_damaged_database_is_an_error_that_names_it() {
    let world = World::new();
    fs::write(world.database(), vec![0x5A; 20_000]).unwrap();
    let error = world
        .try_open()
        .await
        .err()
        .expect("no library")
        .to_string();
    assert!(error.contains("library.db"), "{error}");
    assert_eq!(
        fs::read(world.database()).unwrap(),
        vec![0x5A; 20_000],
        "it was touched"
    );
}

#[core_async::test]
async fn a_folder_that_is_none_is_an_error_that_names_it() {
    let world = World::new();
    let service = world.open().await;
    let options = core_service::LocalFolderOptions::default();
    let error = service
        .add_local_folder(&world.music().join("no"), options.clone())
        .await;
    assert!(
        error.unwrap_err().to_string().contains("no"),
        "a missing folder"
    );
    let file = world.file("file.txt");
    fs::write(&file, "x").unwrap();
    let error = service
        .add_local_folder(&file, options)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("file.txt") && error.contains("folder"),
        "{error}"
    );
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn a_folder_in_a_known_one_is_refused_unless_it_is_left_out_there() {
    let world = World::new();
    Song::numbered(1).write(&world.file("Jazz/song.mp3"));
    let core = world.open().await;
    let options = LocalFolderOptions::default();
    let jazz = world.music().join("Jazz");
    let above = world.music().parent().unwrap().to_owned();
    core.add_local_folder(&world.music(), options.clone())
        .await
        .unwrap();
    for folder in [&jazz, &above] {
        let refused = core.add_local_folder(folder, options.clone()).await;
        let error = refused.unwrap_err();
        assert_eq!(error.code(), "folders-overlap");
        let said = error.to_string();
        assert!(said.contains(&*folder.to_string_lossy()), "{said}");
        assert!(said.contains(&*world.music().to_string_lossy()), "{said}");
    }
    assert_eq!(core.providers().await.unwrap().len(), 1);
    // It stays what it is, and may say from now on that it leaves the inner one out.
    let without = LocalFolderOptions {
        exclude: vec!["Jazz".into()],
        ..options.clone()
    };
    core.add_local_folder(&world.music(), without)
        .await
        .unwrap();
    core.add_local_folder(&jazz, options).await.unwrap();
    assert_eq!(core.providers().await.unwrap().len(), 2);
    core.shutdown().await.unwrap();
}
