//! Which track each file is, and that it stays so.

use std::collections::HashMap;

use super::{Tables, tables};
use crate::drive::{Drive, Effect};
use crate::hub::Hub;
use crate::provider::Site;

/// The tracks of a drive's files, as far as they can be promised to stay the same.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    known: HashMap<u64, Known>,
    /// A folder could not be listed since the last listing that was complete.
    gap: bool,
    /// Whether files that sound the same may be set aside.
    sets_aside: bool,
}

#[derive(Debug, Clone)]
struct Known {
    track: i64,
    /// What the file sounded like then.
    sound: u32,
    /// How it was titled.
    title: u32,
    /// The file went elsewhere since, so the track may be missing until it is found again.
    away: bool,
}

impl Identities {
    pub(crate) fn new(sets_aside: bool) -> Self {
        Self {
            sets_aside,
            ..Self::default()
        }
    }

    /// Learns what people did before a sync.
    pub(crate) fn learn(&mut self, site: &Site, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Edited(_) => {}
                Effect::Deleted(id) | Effect::Restored(id) => {
                    self.known.remove(&id);
                }
                Effect::Moved(id) | Effect::Permuted(id) | Effect::MovedAndEdited(id) => {
                    // An id goes with the file.
                    let known = self.known.get_mut(&id);
                    if let Some(known) = known.filter(|_| !site.dialect.has_ids()) {
                        known.away = true;
                    }
                }
            }
        }
    }

    /// Learns what people did during a sync. Where there are only listings, a file that moves past them
    /// is seen twice or not at all, and nothing is promised of it.
    pub(crate) fn learn_late(&mut self, site: &Site, effects: Vec<Effect>) {
        for effect in &effects {
            if let Effect::Moved(id) | Effect::Permuted(id) | Effect::MovedAndEdited(id) = effect
                && !site.dialect.has_feed()
            {
                self.known.remove(id);
            }
        }
        self.learn(site, effects);
    }

    /// Forgets all, as after a power cut that undid commits.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Learns that a folder could not be listed. The files that were in it are taken to be there still,
    /// until a listing says otherwise.
    pub(crate) fn learn_gap(&mut self) {
        self.gap = true;
    }

    /// Forgets what nobody can tell where keys are paths: a moved file that sounds otherwise by now, and
    /// one whose sound other files had; and what is another song, by its sound and by its title.
    fn forget_ambiguous(&mut self, drive: &Drive) {
        self.known.retain(|id, known| {
            let sound = drive.sound(*id);
            let edited = sound != Some(known.sound);
            let unique = drive.is_unique(known.sound) && sound.is_none_or(|it| drive.is_unique(it));
            let retitled = drive.title(*id) != Some(known.title);
            match (known.away, edited) {
                (false, false) => true,
                (true, true) => false,
                (true, false) => unique,
                (false, true) => unique && !retitled,
            }
        });
    }

    /// I3 and I5: files that are there have their tracks. Called after a job; `all_read` if it was
    /// completed and nothing waits in the queue.
    pub(crate) fn check(
        &mut self,
        hub: &Hub,
        site: &Site,
        provider: i64,
        tables: &Tables,
        all_read: bool,
    ) {
        let state = site.lock();
        if state.forgetful {
            // A file that is gone may still have the track that one like it would take over.
            self.known.clear();
            return;
        }
        let drive = &state.drive;
        self.known.retain(|id, _| drive.nodes[id].alive);
        if !site.dialect.has_ids() {
            self.forget_ambiguous(drive);
        }
        if self.sets_aside {
            self.known.retain(|id, known| {
                let now = drive.sound(*id).is_none_or(|it| drive.is_unique(it));
                now && drive.is_unique(known.sound)
            });
        }
        if self.gap {
            // What moved past a folder that could not be listed looks like a copy of what was in it.
            self.known.retain(|_, known| !known.away);
        }
        let missing: HashMap<i64, bool> = tables
            .tracks
            .iter()
            .map(|track| (track.id, track.missing))
            .collect();
        // Whose file was nowhere for too long is forgotten.
        self.known
            .retain(|_, known| !known.away || missing.contains_key(&known.track));
        let mut wrong = Vec::new();
        for (id, known) in &mut self.known {
            // A feed tells of a move at once; between listings a file may be nowhere.
            let must_be_there = !known.away || (all_read && site.dialect.has_feed());
            // It was read with a sound that others have, and has another one since it was listed.
            let row = tables.item(provider, &site.dialect.key(drive, *id).0);
            let unseen = !tables::agrees(row, Some(&site.dialect.item(drive, *id)));
            let stood_for = self.sets_aside && tables.is_stood_for(provider, &drive.path(*id));
            let must_be_there = must_be_there && !(unseen && stood_for);
            let found = present_track(site, drive, provider, tables, *id);
            let taken_over = found.filter(|it| took_over(tables, *it, known.track));
            let must_be_there = must_be_there && taken_over.is_none();
            if missing.get(&known.track) != Some(&false) && must_be_there {
                wrong.push(format!(
                    "{} is there, and its track {} is not",
                    drive.path(*id),
                    known.track
                ));
            }
            // The file of the other track may be back when all is read.
            known.track = taken_over.unwrap_or(known.track);
        }
        if all_read {
            for (id, _) in drive.living() {
                let found = present_track(site, drive, provider, tables, id);
                let (Some(track), Some(sound)) = (found, drive.sound(id)) else {
                    continue;
                };
                let learned = Known {
                    track,
                    sound,
                    title: drive.title(id).unwrap_or_default(),
                    away: false,
                };
                // A copy may have this sound as well, until the folder is listed that it seems to be in.
                let known = match self.gap {
                    true => self
                        .known
                        .get_mut(&id)
                        .map(|it| std::mem::replace(it, learned)),
                    false => self.known.insert(id, learned),
                };
                let was_another =
                    |it: &Known| it.track != track && !took_over(tables, track, it.track);
                if let Some(known) = known.filter(was_another) {
                    wrong.push(format!(
                        "{} was track {} and is track {track} now",
                        drive.path(id),
                        known.track,
                    ));
                }
            }
            self.gap = false;
        }
        drop(state);
        wrong.sort();
        for what in wrong {
            hub.violated("I5", what);
        }
    }
}

/// Tells whether one track may have taken over the file of another: of the first somebody made something, and
/// nothing of the second, which is where the first was: in a file that is gone.
fn took_over(tables: &Tables, track: i64, other: i64) -> bool {
    let is_played = |it| tables.play_counts.contains_key(&it);
    let is_gone = |it: &tables::Track| {
        let file = it.item.and_then(|id| tables.items.get(&id));
        it.missing && file.is_none_or(|file| file.removed)
    };
    let left = tables.tracks.iter().find(|it| it.id == other);
    track != other && is_played(track) && !is_played(other) && left.is_none_or(is_gone)
}

/// Gives the track of a file whose present content is in the library.
fn present_track(
    site: &Site,
    drive: &Drive,
    provider: i64,
    tables: &Tables,
    id: u64,
) -> Option<i64> {
    let item = site.dialect.item(drive, id);
    let row = tables.item(provider, &item.key.0).filter(|row| {
        !row.removed
            && row.version == item.version.0
            && row.processed.as_ref() == Some(&item.version.0)
    })?;
    let track = tables.track_of(row.id)?;
    (!track.missing).then_some(track.id)
}
