//! The place of a file, and what lies beside it, is what the library says of it, whatever came, went or moved, and in
//! whatever order: it ends as one that sees the drive for the first time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ItemKey, StorageProvider};
use bridge_traits::testing::MemoryProvider;
use core_library::model::{AlbumId, ArtworkId};
use core_library::repository::track::{Presence, TrackFilter, TrackOrder};
use core_library::repository::{album, artwork, item, lyrics, track};
use core_metadata::ContentHash;
use core_runtime::config::SyncConfig;
use core_runtime::events::CoreEvent;
use core_sync::{SyncJob, SyncMode, SyncRequest, SyncStatus};
use files::{image, on_album, words};
use paths::Paths;
use world::{World, song};

#[path = "portable/files.rs"]
mod files;
#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A drive of one kind or the other.
enum Drive {
    Ids(MemoryProvider),
    /// Whether files have ids that survive a rename.
    Paths(Paths, bool),
}

impl Drive {
    /// Puts a file; `tick` is a number that no other call has.
    fn put(&self, path: &str, content: Vec<u8>, tick: u32) {
        match self {
            Self::Ids(drive) => {
                drive.put(path, content);
            }
            Self::Paths(drive, true) => {
                drive.put_file(path, content, i64::from(tick), u64::from(tick));
            }
            Self::Paths(drive, false) => drive.put(path, content),
        }
    }

    fn rename(&self, from: &str, to: &str) {
        match self {
            Self::Ids(drive) => {
                if let Some((folder, _)) = to.rsplit_once('/') {
                    drive.put_folder(folder);
                }
                drive.rename(from, to);
            }
            Self::Paths(drive, _) => drive.rename(from, to),
        }
    }

    fn delete(&self, path: &str) {
        match self {
            Self::Ids(drive) => drive.delete(path),
            Self::Paths(drive, _) => {
                drive.delete(path);
            }
        }
    }

    fn provider(&self) -> Arc<dyn StorageProvider> {
        match self {
            Self::Ids(drive) => Arc::new(drive.clone()),
            Self::Paths(drive, _) => Arc::new(drive.clone()),
        }
    }
}

/// What a library says of a file: its title, its lyrics, its image, and what is on its album, in order, with the cover.
type Said = (String, Vec<String>, Option<Vec<u8>>, Vec<String>);

impl World {
    async fn says(&self, provider: &dyn StorageProvider) -> BTreeMap<String, Said> {
        let mut says = BTreeMap::new();
        let mut albums: HashMap<AlbumId, Vec<String>> = HashMap::new();
        let tracks = self.tracks(Presence::Present).await;
        for track in &tracks {
            let on_album = match track.album_id {
                Some(id) => match albums.get(&id) {
                    Some(known) => known.clone(),
                    None => {
                        let on_album = self.on_album(id, provider).await;
                        albums.insert(id, on_album.clone());
                        on_album
                    }
                },
                None => Vec::new(),
            };
            let texts = lyrics::of_track(&self.library, track.id).await;
            let texts = texts.expect("lyrics").into_iter().map(|it| it.text);
            let image = match track.artwork {
                Some(id) => Some(self.image(id, provider).await),
                None => None,
            };
            let path = track.path.clone().expect("a path");
            says.insert(
                path,
                (track.title.clone(), texts.collect(), image, on_album),
            );
        }
        says
    }

    /// Gives the paths of what is on an album, in order, and its cover.
    async fn on_album(&self, id: AlbumId, provider: &dyn StorageProvider) -> Vec<String> {
        let filter = TrackFilter {
            album: Some(id),
            ..TrackFilter::default()
        };
        let page = track::page(&self.library, &filter, TrackOrder::Album, None, 100).await;
        let paths = page.expect("a page").items.into_iter();
        let mut on_album: Vec<String> = paths.filter_map(|it| it.path).collect();
        let album = album::get(&self.library, id).await.expect("an album");
        if let Some(cover) = album.artwork {
            on_album.push(format!("{:?}", self.image(cover, provider).await));
        }
        on_album
    }

    /// Gives the hash of an image, after it was found on the drive.
    async fn image(&self, id: ArtworkId, provider: &dyn StorageProvider) -> Vec<u8> {
        let image = artwork::get(&self.library, id).await.expect("an image");
        let others = artwork::other_sources(&self.library, &image).await;
        let others = others.expect("files").into_iter().map(|it| it.item_id);
        for item in image.item_id.into_iter().chain(others) {
            let source = item::source(&self.library, item).await.expect("an item");
            let read = provider.read(&ItemKey(source.key), None, 0..1 << 20).await;
            if read.is_ok_and(|it| ContentHash::of(&it).0.as_slice() == image.hash) {
                return image.hash;
            }
        }
        panic!("no file has {image:?}");
    }
}

/// Numbers as they come: Knuth's MMIX generator, of which the high bits are the good ones.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % end
    }
}

/// Folders that have nothing to do with each other.
const FOLDERS: &[&str] = &["folder 0", "folder 1", "folder 2"];

/// Those of albums and of their discs, which the images above stand for, too.
const DISCS: &[&str] = &["a", "a/CD1", "a/CD2", "b", "b/CD1", "a/Bonus"];

/// A drive, a library of it, and what was done.
struct Story {
    drive: Drive,
    world: World,
    files: BTreeSet<String>,
    chance: Chance,
    folders: &'static [&'static str],
    tick: u32,
    /// What is put: with 7 all kinds, with 5 songs alone.
    kinds: u32,
    told: Vec<String>,
}

impl Story {
    async fn new(drive: Drive, seed: u64, folders: &'static [&'static str]) -> Self {
        let provider = drive.provider();
        Self {
            world: World::behind(|_| provider).await,
            drive,
            files: BTreeSet::new(),
            chance: Chance(seed),
            folders,
            tick: 0,
            kinds: if seed.is_multiple_of(2) { 7 } else { 5 },
            told: vec![format!("seed {seed}")],
        }
    }

    fn folder(&mut self) -> String {
        let at = self.chance.below(self.folders.len() as u32);
        self.folders[at as usize].to_owned()
    }

    fn put(&mut self) {
        self.tick += 1;
        let (folder, name) = (self.folder(), self.chance.below(5));
        let (path, content) = match self.chance.below(self.kinds) {
            0 => (format!("{folder}/{name}.mp3"), song(self.tick)),
            5 => (format!("{folder}/{name}.lrc"), words(self.tick)),
            6 => (format!("{folder}/cover.png"), image(self.chance.below(4))),
            _ => {
                let album = ['a', 'a', 'a', 'b'][self.chance.below(4) as usize];
                (format!("{folder}/{name}.mp3"), on_album(self.tick, album))
            }
        };
        self.told.push(format!("put {path}"));
        self.drive.put(&path, content, self.tick);
        self.files.insert(path);
    }

    fn any_file(&mut self) -> Option<String> {
        let count = self.files.len() as u32;
        let at = (count > 0).then(|| self.chance.below(count))?;
        self.files.iter().nth(at as usize).cloned()
    }

    fn rename_file(&mut self) {
        let Some(from) = self.any_file() else { return };
        let (folder, name) = (self.folder(), self.chance.below(5));
        let (_, ending) = from.rsplit_once('.').expect("an ending");
        let to = match ending {
            "png" => format!("{folder}/cover.png"),
            ending => format!("{folder}/{name}.{ending}"),
        };
        if self.files.contains(&to) {
            return;
        }
        self.told.push(format!("rename {from} to {to}"));
        self.drive.rename(&from, &to);
        self.files.remove(&from);
        self.files.insert(to);
    }

    fn rename_folder(&mut self) {
        let (from, to) = (self.folder(), self.folder());
        let below = |folder: &str| format!("{folder}/");
        let is_in = |folder: &str, path: &String| path.starts_with(&below(folder));
        if is_in(&from, &to)
            || is_in(&to, &from)
            || self.files.iter().any(|it| is_in(&to, it))
            || !self.files.iter().any(|it| is_in(&from, it))
        {
            return;
        }
        self.told.push(format!("rename {from} to {to}"));
        if let Drive::Ids(drive) = &self.drive
            && drive.key_of(&to).is_some()
        {
            drive.delete(&to);
        }
        self.drive.rename(&from, &to);
        let files = std::mem::take(&mut self.files).into_iter();
        let moved = |it: String| match is_in(&from, &it) {
            true => it.replacen(&from, &to, 1),
            false => it,
        };
        self.files = files.map(moved).collect();
    }

    fn delete(&mut self) {
        let Some(path) = self.any_file() else { return };
        self.told.push(format!("delete {path}"));
        self.drive.delete(&path);
        self.files.remove(&path);
    }

    async fn sync(&mut self) {
        let mode = match self.chance.below(4) {
            0 => SyncMode::Full,
            _ => SyncMode::Auto,
        };
        self.told.push(format!("sync {mode:?}"));
        let request = SyncRequest {
            mode,
            deletions_confirmed: true,
        };
        let job = self.world.sync_with(request).await;
        assert_eq!(job.status(), SyncStatus::Completed, "{:#?}", self.told);
        let provider = self.drive.provider();
        let fresh = World::behind(|_| provider.clone()).await;
        fresh.sync().await;
        assert_eq!(
            self.world.says(&*provider).await,
            fresh.says(&*provider).await,
            "{:#?}",
            self.told
        );
    }
}

async fn tell(drive: Drive, seed: u64, folders: &'static [&'static str]) {
    let mut story = Story::new(drive, seed, folders).await;
    for _ in 0..40 {
        match story.chance.below(12) {
            0..5 => story.put(),
            5..7 => story.rename_file(),
            7 => story.rename_folder(),
            8 => story.delete(),
            _ => story.sync().await,
        }
    }
    story.sync().await;
}

/// How many stories there are of each drive.
const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 4 } else { 24 };

/// Those of discs, where all kinds of files are put.
fn seeds_of_discs() -> impl Iterator<Item = u64> {
    (0..SEEDS).step_by(2)
}

#[core_async::test]
async fn beside_files_known_by_ids() {
    // A later one once ended badly.
    for seed in (0..SEEDS).chain([62]) {
        tell(Drive::Ids(MemoryProvider::new()), seed, FOLDERS).await;
    }
    for seed in seeds_of_discs() {
        tell(Drive::Ids(MemoryProvider::new()), seed, DISCS).await;
    }
}

#[core_async::test]
async fn beside_files_known_by_paths() {
    for seed in 0..SEEDS {
        tell(Drive::Paths(Paths::default(), false), seed, FOLDERS).await;
    }
    for seed in seeds_of_discs() {
        tell(Drive::Paths(Paths::default(), false), seed, DISCS).await;
    }
}

#[core_async::test]
async fn beside_files_known_by_paths_and_file_ids() {
    for seed in 0..SEEDS {
        tell(Drive::Paths(Paths::default(), true), seed, FOLDERS).await;
    }
    for seed in seeds_of_discs() {
        tell(Drive::Paths(Paths::default(), true), seed, DISCS).await;
    }
}

#[core_async::test]
async fn a_folder_becomes_that_of_a_disc_and_is_one_no_more() {
    let paths = Drive::Paths(Paths::default(), true);
    for drive in [Drive::Ids(MemoryProvider::new()), paths] {
        let provider = drive.provider();
        let world = World::behind(|_| provider.clone()).await;
        drive.put("a/Bonus/1.mp3", song(1), 1);
        drive.put("a/cover.png", image(1), 2);
        world.sync().await;
        for (from, to, has_image) in [
            ("a/Bonus", "a/CD1", true),
            ("a/CD1", "b/CD1", false),
            ("b/CD1", "a/Disc 2", true),
            ("a/Disc 2", "a/CD2", true),
            ("a/CD2", "a/Bonus", false),
        ] {
            drive.rename(from, to);
            world.sync().await;
            let says = world.says(&*provider).await;
            let images: Vec<bool> = says.values().map(|it| it.2.is_some()).collect();
            assert_eq!(images, [has_image], "{from} to {to}");
        }
    }
}

#[core_async::test]
async fn what_cannot_be_read_beside_a_file_is_read_later() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    drive.put("a/1.mp3", on_album(1, 'a'));
    world.sync().await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.lrc", words(7));
    drive.put("a/cover.png", b"no image".to_vec());
    drive.put("a/folder.png", image(3));
    for path in ["a/1.lrc", "a/cover.png"] {
        drive.refuse(path, Some(ErrorKind::Timeout));
        let job = world.sync_with(full()).await;
        assert_eq!(job.stats().failed, 1, "{path}");
        drive.refuse(path, None);
    }
    world.sync_with(full()).await;
    let says = world.says(&*provider).await;
    let (_, lyrics, image, _) = &says["a/1.mp3"];
    assert_eq!(lyrics.len(), 1);
    assert!(
        image.is_some(),
        "a file that is no image hides the other one"
    );

    // One that is never read costs no more than a warning in the end.
    drive.put("a/1.lrc", words(8));
    drive.refuse("a/1.lrc", Some(ErrorKind::Timeout));
    let mut failed = Vec::new();
    for _ in 0..3 {
        let job = world.sync_with(full()).await;
        let warnings = world.warnings(&job).await;
        failed.push((job.stats().failed, warnings.last().unwrap().subject.clone()));
    }
    let song = || (1, "a/1.mp3".to_owned());
    assert_eq!(failed, [song(), song(), (0, "a/1.lrc".to_owned())]);
}

#[core_async::test]
async fn what_is_forbidden_beside_a_file_is_there_once_it_is_allowed() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/1.lrc", words(7));
    drive.put("a/cover.png", image(3));
    let forbid = |why: Option<ErrorKind>| {
        for path in ["a/1.lrc", "a/cover.png"] {
            drive.refuse(path, why.clone());
        }
    };
    forbid(Some(ErrorKind::PermissionDenied));
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().failed), (1, 0));
    let warnings = world.warnings(&job).await;
    let mut warned: Vec<_> = warnings.into_iter().map(|it| it.subject).collect();
    warned.sort();
    assert_eq!(warned, ["a/1.lrc", "a/cover.png"]);
    let says = world.says(&*provider).await;
    assert_eq!((says["a/1.mp3"].1.len(), &says["a/1.mp3"].2), (0, &None));

    // Nobody touches anything but the permission.
    forbid(None);
    world.sync().await;
    let says = world.says(&*provider).await;
    let cover = says["a/1.mp3"].2.clone();
    assert_eq!((says["a/1.mp3"].1.len(), cover.is_some()), (1, true));
    let job = world.sync().await;
    assert_eq!(job.stats().bytes_read, 0, "it was read once more");

    // An image that was there is not lost.
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    drive.put("a/1.mp3", on_album(1, 'b'));
    let job = world.sync().await;
    assert_eq!((job.stats().updated, job.stats().failed), (1, 0));
    drive.refuse("a/cover.png", None);
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, cover);
}

#[core_async::test]
async fn a_song_does_not_go_missing_for_a_cover_that_can_not_be_read() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/2.mp3", on_album(2, 'a'));
    drive.put("a/cover.png", image(3));
    world.sync().await;
    let before = world.present().await;
    drive.rename("a/1.mp3", "a/01.mp3");
    drive.put("a/cover.png", image(4));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    world.sync().await;
    let after = world.present().await;
    assert_eq!(after.get("a/01.mp3"), before.get("a/1.mp3"), "{after:?}");
    drive.refuse("a/cover.png", None);
    // What waits is due at once.
    world.sync_with(full()).await;
    let says = world.says(&*provider).await;
    let hash = ContentHash::of(&image(4)).0.to_vec();
    let images: Vec<_> = says.values().map(|it| it.2.as_ref()).collect();
    assert_eq!(images, [Some(&hash), Some(&hash)]);
}

#[core_async::test]
async fn what_comes_in_place_of_what_could_not_be_read_is_read_at_once() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/cover.png", image(3));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    for _ in 0..2 {
        world.sync_with(full()).await;
    }
    drive.put("a/cover.png", image(4));
    drive.refuse("a/cover.png", None);
    world.sync().await;
    let hash = ContentHash::of(&image(4)).0.to_vec();
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, Some(hash));
}

#[core_async::test]
async fn an_image_that_can_not_be_read_is_told_of_once() {
    let drive = Paths::default();
    let seen = drive.clone();
    let one_by_one = |it: &mut SyncConfig| it.transaction_batch = 1;
    let world = World::configured(|_| Arc::new(seen), one_by_one).await;
    let warned = async |job: SyncJob| {
        let warnings = world.warnings(&job).await.into_iter();
        let warned = warnings.map(|it| (it.kind, it.subject));
        (*job.stats(), warned.collect::<Vec<_>>())
    };
    let unreadable = |path: &str| ("unreadable".to_owned(), path.to_owned());
    for number in 1..=9 {
        drive.put(&format!("a/{number}.mp3"), on_album(number, 'a'));
    }
    drive.put("a/cover.png", image(3));
    drive.put("a/folder.png", image(4));
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    drive.refuse("a/folder.png", Some(ErrorKind::Timeout));
    let (stats, mut said) = warned(world.sync().await).await;
    said.sort();
    let both = [unreadable("a/cover.png"), unreadable("a/folder.png")];
    assert_eq!((stats.added, said.as_slice()), (9, &both[..]));

    // Songs that are known wait for it.
    drive.refuse("a/cover.png", None);
    drive.refuse("a/folder.png", None);
    world.sync_with(full()).await;
    drive.put("a/cover.png", image(5));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    let (stats, said) = warned(world.sync().await).await;
    assert_eq!((stats.failed, said), (9, vec![unreadable("a/cover.png")]));
}

#[core_async::test]
async fn files_that_wait_for_an_image_are_counted_until_they_are_read() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    for number in 1..=3 {
        drive.put(&format!("a/{number}.mp3"), on_album(number, 'a'));
    }
    let numbers = |job: &SyncJob| (job.stats().failed, job.stats().waiting);
    assert_eq!(numbers(&world.sync().await), (0, 0));
    drive.put("a/cover.png", image(3));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    assert_eq!(numbers(&world.sync().await), (3, 3));
    // It is too early to read them again, and what they wait for is there by now.
    drive.refuse("a/cover.png", None);
    let mut tx = world.library.write().await.unwrap();
    let later = "UPDATE work SET not_before = not_before + 60000";
    tx.execute(later, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let mut events = world.events.subscribe();
    let job = world.sync().await;
    assert_eq!((job.stats().requests > 0, numbers(&job)), (true, (0, 3)));
    let stored = world.coordinator.jobs().find_by_id(job.id()).await.unwrap();
    assert_eq!(numbers(&stored), (0, 3));
    let told = loop {
        if let CoreEvent::Sync(event) = &events.recv().await.unwrap().event
            && let Some(summary) = event.summary()
        {
            break summary.waiting;
        }
    };
    assert_eq!(told, 3);
    assert_eq!(numbers(&world.sync_with(full()).await), (0, 0));
}

#[core_async::test]
async fn an_image_that_can_not_be_read_hides_no_other() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/cover.png", image(3));
    drive.put("a/folder.png", image(4));
    let hash = |number| Some(ContentHash::of(&image(number)).0.to_vec());
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    world.sync().await;
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, hash(4));
    drive.refuse("a/cover.png", None);
    world.sync().await;
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, hash(3));
}

fn full() -> SyncRequest {
    SyncRequest {
        mode: SyncMode::Full,
        deletions_confirmed: true,
    }
}
