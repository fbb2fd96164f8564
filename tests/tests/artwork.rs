//! Images: where they are found, their small copies, and what stands for them.

use core_service::bootstrap::bootstrap_native;
use core_service::dto::{ThumbnailSize, Track};
use core_service::{
    ArtistId, ArtworkId, ArtworkSource, CoreConfig, CoreService, LocalFolderOptions, ServiceError,
    SyncRequest,
};
use music_core_tests::{Song, World, real_size};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A cover of the sample library: a PNG of 64 by 64 pixels.
const COVER: &[u8] = include_bytes!(
    "../../core-service/examples/sample-library/Various Artists/Short Waves/cover.png"
);
const OTHER: &[u8] =
    include_bytes!("../../core-service/examples/sample-library/音叉/静かな波/cover.png");

/// Opens a world's library with these sources and this room for copies, and syncs it.
async fn synced(world: &World, sources: &[ArtworkSource], room: u64) -> CoreService {
    let config = CoreConfig::builder()
        .database_path(world.database())
        .artwork_sources(sources.iter().copied())
        .thumbnail_cache_bytes(room)
        .build()
        .unwrap();
    let service = bootstrap_native(config).await.unwrap();
    let music = world.music();
    let folder = service.add_local_folder(&music, LocalFolderOptions::default());
    let folder = folder.await.unwrap();
    let job = service
        .start_sync(folder.id, SyncRequest::default())
        .await
        .unwrap();
    assert_eq!(
        service.wait_for_sync(job).await.unwrap().status,
        "completed"
    );
    service
}

async fn tracks(service: &CoreService) -> Vec<Track> {
    let mut tracks = service.tracks(false, 100, None).await.unwrap().items;
    tracks.sort_by(|a, b| a.path.cmp(&b.path));
    tracks
}

/// Writes a web page in place of the image in a file, as programs do that fetch a cover which is not there.
fn spoil_image(path: &Path) {
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    let mut head = [0; 4096];
    file.read_exact(&mut head).unwrap();
    let at = head.windows(3).position(|it| it == [0xFF, 0xD8, 0xFF]);
    file.seek(SeekFrom::Start(at.unwrap() as u64)).unwrap();
    file.write_all(b"<!DOCTYPE html><title>404").unwrap();
}

#[core_async::test]
async fn a_picture_that_is_no_image_hides_none() {
    let world = World::new();
    real_size::write_flac(&Song::numbered(1), &world.file("a/1.flac"));
    real_size::write_flac(&Song::numbered(2), &world.file("b/2.flac"));
    spoil_image(&world.file("a/1.flac"));
    spoil_image(&world.file("b/2.flac"));
    fs::write(world.file("a/cover.png"), COVER).unwrap();
    let sources = [ArtworkSource::Embedded, ArtworkSource::Folder];
    let service = synced(&world, &sources, 0).await;
    let tracks = tracks(&service).await;
    let id = ArtworkId(tracks[0].artwork_id.unwrap());
    assert_eq!(service.artwork(id).await.unwrap().0, COVER);
    assert_eq!(tracks[1].artwork_id, None);
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn small_copies_are_made_once_and_outlive_the_image() {
    let world = World::with_albums(1);
    let cover = world.file("Album 0/cover.png");
    fs::write(&cover, COVER).unwrap();
    let service = synced(&world, &[ArtworkSource::Folder], 1 << 20).await;
    let id = ArtworkId(tracks(&service).await[0].artwork_id.unwrap());
    let (whole, _) = service.artwork(id).await.unwrap();
    assert_eq!(whole, COVER);
    let copy = service
        .artwork_thumbnail(id, ThumbnailSize::Small)
        .await
        .unwrap();
    // It is smaller than the copy may be, and never grows.
    assert_eq!((copy.width, copy.height), (64, 64));
    let color = service.artwork_placeholder(id).await.unwrap();
    assert!(
        color.color.starts_with('#') && color.color.len() == 7,
        "{color:?}"
    );
    assert!((10..50).contains(&color.thumb_hash.len()), "{color:?}");

    fs::remove_file(&cover).unwrap();
    let again = service
        .artwork_thumbnail(id, ThumbnailSize::Small)
        .await
        .unwrap();
    assert_eq!(again, copy);
    assert_eq!(service.artwork_placeholder(id).await.unwrap(), color);
    // Another size would have to be made of it.
    let error = service.artwork_thumbnail(id, ThumbnailSize::Large).await;
    assert!(error.is_err(), "{error:?}");
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn an_image_is_known_by_the_same_hash_in_every_library_where_an_id_is_any_image() {
    let mut images = Vec::new();
    for cover in [COVER, OTHER, COVER] {
        let world = World::with_albums(1);
        fs::write(world.file("Album 0/cover.png"), cover).unwrap();
        let service = synced(&world, &[ArtworkSource::Folder], 0).await;
        let listed = service.artwork_hashes(10, None).await.unwrap();
        assert!(listed.len() == 1 && listed[0].is_cover, "{listed:?}");
        let id = ArtworkId(listed[0].id);
        assert_eq!(service.artwork_hash(id).await.unwrap(), listed[0].hash);
        let after = service.artwork_hashes(10, Some(id)).await.unwrap();
        assert_eq!(after, Vec::new());
        images.extend(listed);
        service.shutdown().await.unwrap();
    }
    let [first, second, third] = [0, 1, 2].map(|at| &images[at]);
    assert_eq!((first, first.id), (third, second.id));
    assert!(first.hash != second.hash && first.hash.len() == 32);
}

#[core_async::test]
async fn copies_beyond_the_room_make_way_for_newer_ones() {
    let world = World::with_albums(2);
    fs::write(world.file("Album 0/cover.png"), COVER).unwrap();
    fs::write(world.file("Album 1/cover.png"), OTHER).unwrap();
    let measure = synced(&world, &[ArtworkSource::Folder], 1 << 20).await;
    let all = tracks(&measure).await;
    let [first, second] = [0, 12].map(|at| ArtworkId(all[at].artwork_id.unwrap()));
    assert_ne!(first, second);
    let size = ThumbnailSize::Small;
    let mut sizes = Vec::new();
    for id in [first, second] {
        sizes.push(
            measure
                .artwork_thumbnail(id, size)
                .await
                .unwrap()
                .bytes
                .len() as u64,
        );
    }
    measure.shutdown().await.unwrap();
    fs::remove_file(world.database()).unwrap();

    // There is room for either, not for both.
    let room = sizes[0].max(sizes[1]);
    let service = synced(&world, &[ArtworkSource::Folder], room).await;
    let all = tracks(&service).await;
    let [first, second] = [0, 12].map(|at| ArtworkId(all[at].artwork_id.unwrap()));
    service.artwork_thumbnail(first, size).await.unwrap();
    service.artwork_thumbnail(second, size).await.unwrap();
    fs::remove_file(world.file("Album 0/cover.png")).unwrap();
    fs::remove_file(world.file("Album 1/cover.png")).unwrap();
    assert!(service.artwork_thumbnail(second, size).await.is_ok());
    assert!(service.artwork_thumbnail(first, size).await.is_err());
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn the_first_source_that_has_an_image_counts() {
    let embedded = |track: &Track| track.artwork_id;
    let world = World::new();
    real_size::write_flac_with(&Song::numbered(1), &["DISCNUMBER=2"], &world.file("a.flac"));
    fs::write(world.file("cover.png"), COVER).unwrap();
    fs::write(world.file("cd2.png"), OTHER).unwrap();
    fs::write(world.file("cd1.png"), b"no image").unwrap();
    use ArtworkSource::{Disc, Embedded, Folder};
    for (sources, bytes) in [
        (vec![Folder, Embedded, Disc], Some(COVER.len())),
        (vec![Disc, Folder], Some(OTHER.len())),
        (vec![Embedded, Disc, Folder], Some(600_000)),
        (vec![], None),
    ] {
        let service = synced(&world, &sources, 0).await;
        let track = &tracks(&service).await[0];
        let image = match embedded(track) {
            Some(id) => Some(service.artwork(ArtworkId(id)).await.unwrap().0.len()),
            None => None,
        };
        assert_eq!(image, bytes, "{sources:?}");
        service.shutdown().await.unwrap();
        fs::remove_file(world.database()).unwrap();
    }
}

#[core_async::test]
async fn an_image_that_can_not_be_decoded_is_told() {
    let world = World::new();
    real_size::write_flac(&Song::numbered(1), &world.file("a.flac"));
    let service = synced(&world, &[ArtworkSource::Embedded], 0).await;
    let id = ArtworkId(tracks(&service).await[0].artwork_id.unwrap());
    let error = service
        .artwork_thumbnail(id, ThumbnailSize::Medium)
        .await
        .unwrap_err();
    assert!(matches!(error, ServiceError::Artwork { .. }), "{error}");
    assert!(error.to_string().contains("damaged"), "{error}");
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn an_artist_is_shown_by_the_image_in_its_folder_and_by_no_other() {
    let world = World::with_albums(0);
    let song = |number: u32, artist: &str, album: &str, path: &str| {
        let song = Song {
            artist: artist.to_owned(),
            album_artist: artist.to_owned(),
            album: album.to_owned(),
            ..Song::numbered(number)
        };
        song.write(&world.file(path));
    };
    song(1, "AC/DC", "One", "AC_DC/One/1.mp3");
    song(2, "AC/DC", "Two", "AC_DC/Two/CD1/1.mp3");
    song(3, "Lone", "Three", "Lone three/1.mp3");
    song(4, "Shared A", "Four", "mixed/a.mp3");
    song(5, "Shared B", "Five", "mixed/b.mp3");
    song(6, "Self", "Self", "Self/1.mp3");
    // The folder's image shows the artist where no music lies in it; an album's own shows the album.
    fs::write(world.file("AC_DC/folder.png"), COVER).unwrap();
    fs::write(world.file("AC_DC/One/cover.png"), OTHER).unwrap();
    fs::write(world.file("Lone three/artist.png"), OTHER).unwrap();
    fs::write(world.file("mixed/artist.png"), OTHER).unwrap();
    fs::write(world.file("mixed/shared b.png"), COVER).unwrap();
    fs::write(world.file("Self/folder.png"), COVER).unwrap();
    let service = synced(&world, &[], 1 << 20).await;
    let artists = service.artists(100, None).await.unwrap().items;
    let found = async |name: &str| {
        let artist = artists.iter().find(|it| it.name == name).unwrap();
        let id = service.artist_artwork(ArtistId(artist.id)).await.unwrap()?;
        Some(service.artwork(id).await.unwrap().0)
    };
    assert_eq!(found("AC/DC").await.as_deref(), Some(COVER));
    assert_eq!(found("Lone").await.as_deref(), Some(OTHER));
    assert_eq!(found("Shared A").await, None);
    assert_eq!(found("Shared B").await.as_deref(), Some(COVER));
    assert_eq!(found("Self").await, None);

    // An image that says that it is the artist's goes first, and what is none is passed over.
    fs::write(world.file("AC_DC/artist.jpg"), b"no image").unwrap();
    fs::write(world.file("AC_DC/artist.png"), OTHER).unwrap();
    sync_again(&service).await;
    assert_eq!(found("AC/DC").await.as_deref(), Some(OTHER));
    let listed = service.artists(100, None).await.unwrap().items;
    let listed = listed.iter().find(|it| it.name == "AC/DC").unwrap();
    let copy = service
        .artwork_thumbnail(ArtworkId(listed.artwork_id.unwrap()), ThumbnailSize::Small)
        .await
        .unwrap();
    assert_eq!((copy.width, copy.height), (64, 64));

    // Without an image it has none, and another artist still has that image.
    for name in ["AC_DC/artist.png", "AC_DC/folder.png"] {
        fs::remove_file(world.file(name)).unwrap();
    }
    sync_again(&service).await;
    assert_eq!(found("AC/DC").await, None);
    sync_again(&service).await;
    assert_eq!(found("Lone").await.as_deref(), Some(OTHER));
    service.shutdown().await.unwrap();
}

async fn sync_again(service: &CoreService) {
    let folder = service.providers().await.unwrap()[0].id;
    let request = SyncRequest {
        deletions_confirmed: true,
        ..SyncRequest::default()
    };
    let job = service.start_sync(folder, request).await.unwrap();
    let job = service.wait_for_sync(job).await.unwrap();
    assert_eq!(job.status, "completed");
}

#[core_async::test]
async fn an_image_is_found_where_its_folder_went() {
    let world = World::with_albums(2);
    fs::write(world.file("Album 0/cover.png"), COVER).unwrap();
    fs::write(world.file("Album 1/cover.png"), OTHER).unwrap();
    let sources = [ArtworkSource::Folder];
    let service = synced(&world, &sources, 0).await;
    let before: Vec<Option<i64>> = tracks(&service)
        .await
        .iter()
        .map(|it| it.artwork_id)
        .collect();
    service.shutdown().await.unwrap();

    fs::rename(world.music().join("Album 0"), world.music().join("Zero")).unwrap();
    let service = synced(&world, &sources, 0).await;
    let now = tracks(&service).await;
    assert!(now[12].path.as_deref().unwrap().ends_with("Zero/01.mp3"));
    assert_eq!(now[12].artwork_id, before[0]);
    let cover = ArtworkId(now[12].artwork_id.unwrap());
    assert_eq!(service.artwork(cover).await.unwrap().0, COVER);
    service.shutdown().await.unwrap();
}

#[core_async::test]
async fn an_image_that_two_albums_have_is_there_while_one_has_it() {
    let world = World::with_albums(3);
    for album in 0..3 {
        fs::write(world.file(&format!("Album {album}/cover.png")), COVER).unwrap();
    }
    let sources = [ArtworkSource::Folder];
    let service = synced(&world, &sources, 0).await;
    let before = tracks(&service).await;
    let cover = ArtworkId(before[0].artwork_id.unwrap());
    assert!(before.iter().all(|it| it.artwork_id == Some(cover.0)));
    service.shutdown().await.unwrap();

    // One gets another cover, one goes.
    fs::write(world.file("Album 0/cover.png"), OTHER).unwrap();
    fs::remove_dir_all(world.music().join("Album 1")).unwrap();
    let service = synced(&world, &sources, 0).await;
    let now = tracks(&service).await;
    assert_eq!(now[12].artwork_id, Some(cover.0));
    assert_eq!(service.artwork(cover).await.unwrap().0, COVER);
    let other = ArtworkId(now[0].artwork_id.unwrap());
    assert_eq!(service.artwork(other).await.unwrap().0, OTHER);

    fs::remove_file(world.file("Album 2/cover.png")).unwrap();
    let gone = service.artwork(cover).await.unwrap_err();
    assert!(matches!(gone, ServiceError::Artwork { .. }), "{gone}");
    service.shutdown().await.unwrap();
}
