//! Stories at random: after each sync the library is as one that sees the drive for the first time.

use std::collections::BTreeSet;

use bridge_traits::testing::MemoryProvider;
use core_sync::{SyncMode, SyncRequest, SyncStatus};

use crate::drive::Drive;
use crate::files::{image, on_album, words};
use crate::paths::Paths;
use crate::world::{World, song};

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
