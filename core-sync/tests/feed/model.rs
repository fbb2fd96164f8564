//! Whatever happens, against a simple model of what should come out.

use std::collections::BTreeMap;
use std::time::Duration;

use bridge_traits::ErrorKind;
use bridge_traits::provider::InitialSync;
use bridge_traits::testing::ProviderCall;
use core_library::model::TrackId;
use core_sync::{SyncMode, SyncRequest, SyncStatus};
#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;

use crate::world::{World, song};

/// What a person does to the drive, or what goes wrong.
#[derive(Debug, Clone)]
enum Step {
    Put {
        folder: u8,
        file: u8,
        sound: u32,
    },
    RenameFile {
        from: u8,
        to_folder: u8,
        to_file: u8,
    },
    RenameFolder {
        from: u8,
        to: u8,
    },
    Delete {
        file: u8,
    },
    DeleteFolder {
        folder: u8,
    },
    Expire,
    Fail {
        call: u8,
        kind: u8,
    },
    Sync {
        full: bool,
    },
}

#[cfg(not(target_arch = "wasm32"))]
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..5u8, 0..6u8, 0..1_000u32)
            .prop_map(|(folder, file, sound)| Step::Put { folder, file, sound }),
        3 => (any::<u8>(), 0..5u8, 0..6u8)
            .prop_map(|(from, to_folder, to_file)| Step::RenameFile { from, to_folder, to_file }),
        2 => (0..5u8, 5..9u8).prop_map(|(from, to)| Step::RenameFolder { from, to }),
        2 => any::<u8>().prop_map(|file| Step::Delete { file }),
        1 => (0..9u8).prop_map(|folder| Step::DeleteFolder { folder }),
        1 => Just(Step::Expire),
        2 => (0..4u8, 0..4u8).prop_map(|(call, kind)| Step::Fail { call, kind }),
        3 => any::<bool>().prop_map(|full| Step::Sync { full }),
    ]
}

/// Steps as a browser takes them, where there is no proptest: the same kinds as often.
#[cfg(target_arch = "wasm32")]
fn seeded_steps(seed: u64) -> Vec<Step> {
    let mut state = seed;
    let mut below = |end: u32| {
        // Knuth's MMIX generator; its high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % end
    };
    let count = 1 + below(39);
    (0..count)
        .map(|_| match below(20) {
            0..6 => Step::Put {
                folder: below(5) as u8,
                file: below(6) as u8,
                sound: below(1_000),
            },
            6..9 => Step::RenameFile {
                from: below(256) as u8,
                to_folder: below(5) as u8,
                to_file: below(6) as u8,
            },
            9..11 => Step::RenameFolder {
                from: below(5) as u8,
                to: 5 + below(4) as u8,
            },
            11..13 => Step::Delete {
                file: below(256) as u8,
            },
            13 => Step::DeleteFolder {
                folder: below(9) as u8,
            },
            14 => Step::Expire,
            15..17 => Step::Fail {
                call: below(4) as u8,
                kind: below(4) as u8,
            },
            _ => Step::Sync {
                full: below(2) == 0,
            },
        })
        .collect()
}

/// The drive as it should be: sounds by path.
#[derive(Default)]
struct Model {
    files: BTreeMap<String, u32>,
    /// The track of each file that was seen, which must not change while the file lives.
    tracks: BTreeMap<String, TrackId>,
}

impl Model {
    fn pick(&self, number: u8) -> Option<String> {
        let count = self.files.len();
        self.files
            .keys()
            .nth((number as usize).checked_rem(count)?)
            .cloned()
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(sound) = self.files.remove(from) {
            self.files.insert(to.to_owned(), sound);
        }
        self.tracks.remove(to);
        if let Some(track) = self.tracks.remove(from) {
            self.tracks.insert(to.to_owned(), track);
        }
    }

    fn in_folder(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        self.files
            .keys()
            .filter(|path| path.starts_with(&prefix))
            .cloned()
            .collect()
    }
}

async fn run(steps: Vec<Step>, feed_is_list: bool) {
    let world = World::new().await;
    if feed_is_list {
        world.drive.set_initial(InitialSync::FeedIsList);
    }
    let mut model = Model::default();
    for step in steps {
        apply(&world, &mut model, step).await;
    }
    // Once the faults are used up, a few syncs make the library equal the drive.
    for _ in 0..8 {
        world.sync().await;
    }
    let last = world.sync().await;
    assert_eq!(last.status(), SyncStatus::Completed, "{last:?}");
    assert_eq!(
        (
            last.stats().added,
            last.stats().updated,
            last.stats().deleted
        ),
        (0, 0, 0)
    );
    let present = world.present().await;
    assert_eq!(
        present.keys().collect::<Vec<_>>(),
        model.files.keys().collect::<Vec<_>>(),
        "the library is not the drive"
    );
    for (path, track) in &model.tracks {
        assert_eq!(
            present.get(path),
            Some(track),
            "{path} is another track now"
        );
    }
}

async fn apply(world: &World, model: &mut Model, step: Step) {
    match step {
        Step::Put {
            folder,
            file,
            sound,
        } => {
            let path = format!("folder {folder}/{file}.mp3");
            world.drive.put(&path, song(sound));
            model.files.insert(path, sound);
        }
        Step::RenameFile {
            from,
            to_folder,
            to_file,
        } => {
            let Some(from) = model.pick(from) else { return };
            let to = format!("folder {to_folder}/{to_file}.mp3");
            if from != to && !model.files.contains_key(&to) {
                world.drive.put_folder(&format!("folder {to_folder}"));
                world.drive.rename(&from, &to);
                model.rename(&from, &to);
            }
        }
        Step::RenameFolder { from, to } => {
            let (from, to) = (format!("folder {from}"), format!("folder {to}"));
            if world.drive.key_of(&from).is_some() && world.drive.key_of(&to).is_none() {
                world.drive.rename(&from, &to);
                for path in model.in_folder(&from) {
                    model.rename(&path, &path.replacen(&from, &to, 1));
                }
            }
        }
        Step::Delete { file } => {
            let Some(path) = model.pick(file) else { return };
            world.drive.delete(&path);
            model.files.remove(&path);
            model.tracks.remove(&path);
        }
        Step::DeleteFolder { folder } => {
            let folder = format!("folder {folder}");
            if world.drive.key_of(&folder).is_some() {
                world.drive.delete(&folder);
                for path in model.in_folder(&folder) {
                    model.files.remove(&path);
                    model.tracks.remove(&path);
                }
            }
        }
        Step::Expire => world.drive.expire_cursors(),
        Step::Fail { call, kind } => {
            let call = [
                ProviderCall::StartToken,
                ProviderCall::GetChanges,
                ProviderCall::Page,
                ProviderCall::Read,
            ][call as usize];
            let kind = [
                ErrorKind::Offline,
                ErrorKind::Timeout,
                ErrorKind::throttled(Some(Duration::ZERO)),
                ErrorKind::AuthExpired,
            ][kind as usize]
                .clone();
            world.drive.fail_next_call(call, kind);
        }
        Step::Sync { full } => {
            let mode = if full { SyncMode::Full } else { SyncMode::Auto };
            let request = SyncRequest {
                mode,
                deletions_confirmed: true,
            };
            if world.sync_with(request).await.status() != SyncStatus::Completed {
                return; // what the library shows is of an earlier day
            }
            for (path, track) in world.present().await {
                if model.files.contains_key(&path) {
                    let known = model.tracks.entry(path.clone()).or_insert(track);
                    assert_eq!(*known, track, "{path} became another track");
                }
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[core_async::test]
async fn whatever_happens_the_library_ends_as_the_drive() {
    for seed in 0..24 {
        run(seeded_steps(seed), seed % 2 == 0).await;
    }
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_library_ends_as_the_drive(
        steps in prop::collection::vec(step(), 1..40),
        feed_is_list in any::<bool>(),
    ) {
        core_async::runtime::block_on(run(steps, feed_is_list));
    }
}
