//! Which track each file is, and that it stays so.

use std::collections::HashMap;

use super::Tables;
use crate::drive::{Body, Effect};
use crate::hub::Hub;
use crate::provider::Site;

/// The tracks of a drive's files, as far as they can be promised to stay the same.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    known: HashMap<u64, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    track: i64,
    /// Where the file was then, and when, in the drive's ticks.
    path: String,
    at: u64,
    /// The file went elsewhere since, so the track may be missing until it is found again.
    away: bool,
}

impl Identities {
    /// Learns what people did. Where keys are paths, nothing is promised of files that moved.
    pub(crate) fn learn(&mut self, site: &Site, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Edited(_) => {}
                Effect::Deleted(id) | Effect::Restored(id) => {
                    self.known.remove(&id);
                }
                Effect::Moved(id) | Effect::Permuted(id) => {
                    // Where keys are paths, tracks stay with the names when names change places.
                    if !site.dialect.has_ids() {
                        self.known.remove(&id);
                    }
                }
                Effect::MovedAndEdited(id) => {
                    if !site.dialect.has_ids() {
                        self.known.remove(&id);
                    }
                }
            }
        }
    }

    /// Forgets all, as after a power cut that undid commits.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Forgets files that are elsewhere, as after a sync that broke off: where keys are paths, other
    /// files may have had their names for a while.
    pub(crate) fn forget_away(&mut self) {
        self.known.retain(|_, known| !known.away);
    }

    /// I3 and I5: files that are there have their tracks. Called after a job; `learns` if it was
    /// completed.
    pub(crate) fn check(
        &mut self,
        hub: &Hub,
        site: &Site,
        provider: i64,
        tables: &Tables,
        learns: bool,
    ) {
        let state = site.lock();
        let drive = &state.drive;
        // Content that changed while the file was away is another file, for all that paths tell; and
        // where another file took the name meanwhile, the track stays with the name.
        self.known.retain(|id, known| {
            let node = &drive.nodes[id];
            let taken = drive.find(&known.path).is_some_and(|other| other != *id);
            let lost = known.away && (node.version > known.at || taken);
            node.alive && !lost
        });
        let by_id: HashMap<i64, bool> = tables
            .tracks
            .iter()
            .map(|track| (track.id, track.missing))
            .collect();
        let mut wrong = Vec::new();
        for (id, known) in &self.known {
            if by_id.get(&known.track) != Some(&false) && !known.away {
                wrong.push(format!(
                    "{} is there, and its track {} is not",
                    drive.path(*id),
                    known.track
                ));
            }
        }
        if learns {
            for (id, node) in drive.living() {
                if !matches!(node.body, Body::Song { .. }) {
                    continue;
                }
                let item = site.dialect.item(drive, id);
                let row = tables.item(provider, &item.key.0).filter(|row| {
                    !row.removed
                        && row.version == item.version.0
                        && row.processed.as_ref() == Some(&item.version.0)
                });
                let Some(track) = row.and_then(|row| tables.track_of(row.id)) else {
                    continue;
                };
                if track.missing {
                    continue;
                }
                let at = drive.tick;
                match self.known.get_mut(&id) {
                    Some(known) if known.track != track.id => wrong.push(format!(
                        "{} was track {} and is track {} now",
                        drive.path(id),
                        known.track,
                        track.id
                    )),
                    Some(known) => {
                        known.at = at;
                        known.path = drive.path(id);
                        known.away = false;
                    }
                    None => {
                        let known = Known {
                            track: track.id,
                            path: drive.path(id),
                            at,
                            away: false,
                        };
                        self.known.insert(id, known);
                    }
                }
            }
        }
        if !learns {
            self.forget_away();
        }
        drop(state);
        wrong.sort();
        for what in wrong {
            hub.violated("I5", what);
        }
    }
}
