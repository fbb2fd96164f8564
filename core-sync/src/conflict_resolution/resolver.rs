//! Which rows a file that went, came back or came up elsewhere belongs to.

use std::collections::{HashMap, HashSet, VecDeque};

use core_library::model::TrackId;
use core_library::repository::track::{HandOver, MovableTrack, PlacedTrack, Unread};
use core_library::repository::track_writer::TrackRecord;
use core_library::repository::{deletion, item, track};
use core_library::{Library, WriteTx};

use super::assignment::{
    Assignment, Bound, Candidate, Others, Place, Verdict, Whereabouts, assign,
};
use super::discs::{SettledDiscs, settle_discs};
use super::likeness::{give_way, share_out, tell_apart};
use crate::error::Result;
use crate::mutants::{self, Mutant};

/// A file that was read, or one of the tracks in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadFile<'a> {
    /// What it says.
    pub(crate) record: &'a TrackRecord,
    /// The name of the file.
    pub(crate) name: &'a str,
    /// Whether the library has its content of before.
    pub(crate) known: bool,
    /// Whether a later sync may read it again.
    pub(crate) may_wait: bool,
}

impl ReadFile<'_> {
    /// Tells whether the title is the name of the file, for want of a better one.
    pub(super) fn is_named_by_itself(&self) -> bool {
        let stem = self.name.rsplit_once('.').map_or(self.name, |it| it.0);
        [self.name, stem].contains(&&*self.record.title)
    }
}

/// What files turned out to be.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// One verdict a file, in the same order.
    pub(crate) verdicts: Vec<Verdict>,
    /// Tracks that were there all along, and are in another file of this provider now.
    pub(crate) moved: HashSet<TrackId>,
    /// Likewise, but the file that they were in was another provider's: this one has a track more.
    pub(crate) gained: HashSet<TrackId>,
    /// Tracks that became missing.
    pub(crate) lost: Vec<TrackId>,
    /// Those of them that are back at once, in the place of others.
    pub(crate) handed: Vec<HandOver>,
}

impl Settled {
    /// Gives the tracks that files took which had been elsewhere.
    pub(crate) fn taken(&self) -> impl Iterator<Item = TrackId> {
        self.verdicts.iter().filter_map(|it| match it {
            Verdict::Takes(track) => Some(*track),
            _ => None,
        })
    }
}

/// What became of tracks whose files are gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deletion {
    /// Those that were not missing before. Of these, some may be back.
    pub missing: Vec<TrackId>,
    /// Those that are back, in the place of others.
    pub handed: Vec<HandOver>,
}

/// What became of files that were merely renamed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renamed {
    /// How many there were.
    pub files: u64,
    /// Tracks that had been missing and are back with them.
    pub back: Vec<TrackId>,
    /// The others.
    pub tracks: Vec<TrackId>,
}

/// Resolves what discovery observed against what the library holds, for one provider.
pub struct ConflictResolver {
    library: Library,
    provider_id: i64,
    /// Whether keys are ids, which tell a renamed file from another one.
    stable_ids: bool,
}

impl ConflictResolver {
    /// Makes the resolver of a provider; `stable_ids` as in its
    /// [capabilities](bridge_traits::provider::Capabilities::stable_ids).
    pub fn new(library: Library, provider_id: i64, stable_ids: bool) -> Self {
        let provider_id = if mutants::on(Mutant::ProviderIgnored) {
            1
        } else {
            provider_id
        };
        Self {
            library,
            provider_id,
            stable_ids,
        }
    }

    /// Gives renamed files, recognised by file id and version, and respelled ones, recognised by name and
    /// version, their old rows; nothing is read.
    pub async fn adopt_renamed(&self, tx: &mut WriteTx) -> Result<Renamed> {
        if mutants::on(Mutant::RenameIsDeleteAndAdd) {
            return Ok(Renamed::default());
        }
        let mut pairs = item::moved_by_file_id(tx, self.provider_id).await?;
        item::adopt(tx, self.provider_id, &pairs).await?;
        if !self.stable_ids {
            let respelled = item::moved_by_spelling(tx, self.provider_id).await?;
            item::adopt(tx, self.provider_id, &respelled).await?;
            pairs.extend(respelled);
        }
        let items: Vec<i64> = pairs.iter().map(|pair| pair.gone).collect();
        let back = track::revive(tx, &items).await?;
        let mut tracks = track::relocated(tx, &items).await?;
        tracks.retain(|it| !back.contains(it));
        Ok(Renamed {
            files: pairs.len() as u64,
            back,
            tracks,
        })
    }

    /// Gives files that were read their tracks, recognised by the sound, wherever those were: files
    /// that came up elsewhere, perhaps with other tags, and files that changed names. Tracks whose
    /// files have another content, and that were found nowhere else, become missing.
    ///
    /// `others` tells what is known of what else changed: for some of it files have to wait.
    pub(crate) async fn settle(
        &self,
        tx: &mut WriteTx,
        files: &[ReadFile<'_>],
        others: Others,
    ) -> Result<Settled> {
        let mut settled = Settled {
            verdicts: vec![Verdict::Stays; files.len()],
            ..Settled::default()
        };
        let places = self.places(tx, files).await?;
        let sounds = open_sounds(&places);
        if (sounds.is_empty() && !any_alike(&places)) || mutants::on(Mutant::RenameIsDeleteAndAdd) {
            return Ok(settled);
        }
        let movable = match sounds.is_empty() {
            true => Vec::new(),
            false => track::movable_by_audio_id(tx, &sounds).await?,
        };
        let read = Read::of(&places);
        let candidates = movable.iter().map(|it| self.candidate(it, &read));
        let candidates: Vec<Candidate> = candidates.collect();
        let Assignment {
            verdicts,
            mut homeless,
        } = assign(&places, &candidates, others);
        settled.verdicts = verdicts;
        tell_apart(tx, files, &places, &candidates, &mut settled.verdicts).await?;
        share_out(tx, files, &places, &mut settled.verdicts).await?;
        homeless.extend(give_way(tx, files, &places, &mut settled.verdicts).await?);

        let movable: HashMap<TrackId, &MovableTrack> =
            movable.iter().map(|it| (it.track_id, it)).collect();
        let mut moves = Vec::new();
        let mut vacated = VecDeque::new();
        for (place, verdict) in places.iter().zip(&settled.verdicts) {
            let Verdict::Takes(track) = *verdict else {
                continue;
            };
            moves.push((track, place.item_id, place.part));
            match movable.get(&track) {
                Some(it) if it.missing => {} // the writer will say that it is back
                Some(it) if it.provider_id != Some(self.provider_id) => {
                    settled.gained.insert(track);
                }
                Some(it) => {
                    settled.moved.insert(track);
                    vacated.extend(it.place.filter(|_| it.removed));
                }
                None => {
                    settled.moved.insert(track);
                }
            }
        }
        let missing: HashSet<TrackId> = places
            .iter()
            .filter_map(|it| it.track.as_ref())
            .filter(|it| it.missing)
            .map(|it| it.id)
            .collect();
        // What has no file any more is a deletion; where a file is gone, the guard shall count it.
        let mut gone = Vec::new();
        for track in homeless {
            let is_missing = missing.contains(&track);
            let place = match is_missing {
                true => None, // the guard has nothing to count
                false => vacated.pop_front(),
            };
            match place {
                Some((item, part)) => moves.push((track, item, part)),
                None => {
                    gone.push(track);
                    if !is_missing {
                        settled.lost.push(track);
                    }
                }
            }
        }
        let now = tx.now_ms();
        track::unbind(tx, &gone, now).await?;
        track::rebind(tx, &moves).await?;
        settled.handed = track::hand_over(tx, &settled.lost).await?;
        Ok(settled)
    }

    /// Gives files that are cut into tracks the discs which they sound like: see [`discs`](super::discs). It
    /// precedes the numbering of their parts.
    pub(crate) async fn settle_discs(
        &self,
        tx: &mut WriteTx,
        files: &[ReadFile<'_>],
        others: Others,
    ) -> Result<SettledDiscs> {
        // An id says which file it is, whatever its content.
        if self.stable_ids || mutants::on(Mutant::RenameIsDeleteAndAdd) {
            return Ok(SettledDiscs::default());
        }
        settle_discs(tx, self.provider_id, files, others).await
    }

    /// Adds what became of discs to what became of files. A track that is nowhere may have a copy, which it gets.
    pub(crate) async fn add_discs(
        &self,
        tx: &mut WriteTx,
        settled: &mut Settled,
        discs: SettledDiscs,
    ) -> Result<()> {
        let taken: HashSet<TrackId> = settled.taken().collect();
        let lost = discs.lost.into_iter().filter(|it| !taken.contains(it));
        let lost: Vec<TrackId> = lost.collect();
        let handed = track::hand_over(tx, &lost).await?;
        settled.handed.extend(handed);
        settled.lost.extend(lost);
        settled.moved.extend(discs.moved);
        settled.gained.extend(discs.gained);
        Ok(())
    }

    async fn places(&self, tx: &mut WriteTx, files: &[ReadFile<'_>]) -> Result<Vec<Place>> {
        let mut parts: HashMap<i64, usize> = HashMap::new();
        for file in files {
            *parts.entry(file.record.item_id).or_default() += 1;
        }
        let items: Vec<i64> = parts.keys().copied().collect();
        let mut there: HashMap<i64, Vec<PlacedTrack>> = HashMap::new();
        for track in track::in_items(tx, &items).await? {
            there.entry(track.item_id).or_default().push(track);
        }
        Ok(files
            .iter()
            .map(|file| {
                let record = file.record;
                let tracks = there.get(&record.item_id).map_or(&[][..], Vec::as_slice);
                let is_whole = parts[&record.item_id] == 1
                    && record.part == 0
                    // What it was cut into once does not keep it from being another one.
                    && tracks.iter().all(|it| it.part == 0 || it.missing);
                let track = tracks.iter().find(|it| it.part == record.part);
                Place {
                    item_id: record.item_id,
                    part: record.part,
                    sound: record.audio_id.clone(),
                    track: track.map(|it| Bound {
                        id: it.track_id,
                        sound: it.audio_id.clone(),
                        missing: it.missing,
                    }),
                    named: file.known,
                    may_be_another: is_whole && !self.stable_ids,
                    may_wait: file.may_wait,
                }
            })
            .collect())
    }

    fn candidate(&self, it: &MovableTrack, read: &Read) -> Candidate {
        // An id says which file it is, whatever its content; another provider's sync knows better.
        let names_tell = self.stable_ids || it.provider_id != Some(self.provider_id);
        let whereabouts = match it.unread {
            _ if it.missing || it.removed => Whereabouts::Gone,
            _ if it.place.is_none_or(|it| read.lacks(it)) => Whereabouts::Gone,
            Some(Unread::Quarantined) if !names_tell => Whereabouts::Gone,
            Some(Unread::Queued) if !names_tell => Whereabouts::Unread,
            _ => Whereabouts::There,
        };
        Candidate {
            track: it.track_id,
            sound: it.audio_id.clone(),
            whereabouts,
        }
    }

    /// Gives the items that are gone while their tracks still count as present.
    pub async fn pending_deletions(&self) -> Result<Vec<i64>> {
        Ok(deletion::pending(&self.library, self.provider_id).await?)
    }

    /// Counts the provider's tracks that count as present; from `enough` on it counts no further.
    pub async fn present_tracks(&self, enough: u64) -> Result<u64> {
        Ok(deletion::count_present(&self.library, self.provider_id, enough).await?)
    }

    /// Lets the tracks of items go missing. They keep their ids, plays and playlists, and come back
    /// as themselves. One of which there is a copy with nothing of its own is there at once: see
    /// [`hand_over`](track::hand_over).
    pub async fn handle_deletion(&self, tx: &mut WriteTx, item_ids: &[i64]) -> Result<Deletion> {
        let now = tx.now_ms();
        let missing = track::mark_missing(tx, item_ids, now).await?;
        let handed = track::hand_over(tx, &missing).await?;
        Ok(Deletion { missing, handed })
    }

    /// Gives missing tracks of which somebody made something the files that are like them, and of which nobody made
    /// anything: see [`hand_over_to`](track::hand_over_to).
    ///
    /// # Errors
    /// What the database says.
    ///
    /// # Cancel safety
    /// After a dropped call the transaction must be rolled back.
    pub async fn reunite(&self, tx: &mut WriteTx) -> Result<Vec<HandOver>> {
        Ok(track::hand_over_to(tx, self.provider_id).await?)
    }
}

/// The files that were read, and which tracks they have.
struct Read {
    items: HashSet<i64>,
    parts: HashSet<(i64, u32)>,
}

impl Read {
    fn of(places: &[Place]) -> Self {
        Self {
            items: places.iter().map(|it| it.item_id).collect(),
            parts: places.iter().map(|it| (it.item_id, it.part)).collect(),
        }
    }

    /// Tells whether a file was read and has no such track any more, since it is cut otherwise.
    fn lacks(&self, (item, part): (i64, u32)) -> bool {
        self.items.contains(&item) && !self.parts.contains(&(item, part))
    }
}

/// Tells whether two files have one sound.
fn any_alike(places: &[Place]) -> bool {
    let mut seen = HashSet::new();
    places
        .iter()
        .filter_map(|it| it.sound.as_deref())
        .any(|sound| !seen.insert(sound))
}

/// Lists the sounds of files that are not plainly what they were.
fn open_sounds(places: &[Place]) -> Vec<Vec<u8>> {
    places
        .iter()
        .filter(|it| !it.is_settled())
        .filter_map(|it| it.sound.clone())
        .collect()
}
