//! What tags tell of a file that its sound does not: which of several songs it is, and whether it is still the
//! one that it was.

use std::collections::{HashMap, HashSet};

use core_library::WriteTx;
use core_library::model::TrackId;
use core_library::repository::track::{self, TrackLabel};
use core_library::repository::track_writer::TrackRecord;
use core_library::search::fold;

use super::assignment::{Candidate, Place, Verdict};
use super::resolver::ReadFile;
use super::rivals::rivals;
use super::twins::twins;
use crate::error::Result;

/// What tracks are known as.
struct Labels(HashMap<TrackId, TrackLabel>);

impl Labels {
    async fn of(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<Self> {
        Ok(Self(track::labels(tx, tracks).await?))
    }

    /// Rates the likeness of a file to a track; more is more alike. A title that is the name of the file
    /// tells nothing.
    fn likeness(&self, file: &ReadFile<'_>, track: TrackId) -> u32 {
        let record = file.record;
        self.0.get(&track).map_or(0, |label| {
            4 * u32::from(is_on_album(record, label))
                + 2 * u32::from(label.title == record.title.trim() && !file.is_named_by_itself())
                + 2 * u32::from(has_album_artists(record, label))
                + u32::from(label.track == record.track)
        })
    }

    /// Tells whether a file that sounds otherwise than a track may be a new recording of it.
    fn may_be_same_song(&self, file: &ReadFile<'_>, track: TrackId) -> bool {
        let record = file.record;
        self.0.get(&track).is_none_or(|label| {
            let has_place = record.track.is_some() && label.track == record.track;
            fold(&label.title) == fold(record.title.trim())
                || has_place && is_on_album(record, label) && has_album_artists(record, label)
        })
    }
}

fn is_on_album(record: &TrackRecord, label: &TrackLabel) -> bool {
    let album = record.album.as_ref().map(|it| it.title.trim());
    album.is_some() && label.album.as_deref() == album
}

fn has_album_artists(record: &TrackRecord, label: &TrackLabel) -> bool {
    let artists = record.album.iter().flat_map(|it| &it.artists);
    let artists = artists.map(|it| it.name.trim());
    artists.eq(label.album_artists.iter().map(String::as_str))
}

/// Gives files of one sound the tracks that their tags are like.
pub(super) async fn tell_apart(
    tx: &mut WriteTx,
    files: &[ReadFile<'_>],
    places: &[Place],
    candidates: &[Candidate],
    verdicts: &mut [Verdict],
) -> Result<()> {
    let twins = twins(places, verdicts, candidates);
    let tracks = twins
        .iter()
        .flat_map(|it| it.tracks.iter().chain(&it.spare));
    let tracks: Vec<TrackId> = tracks.copied().collect();
    if tracks.is_empty() {
        return Ok(());
    }
    let labels = Labels::of(tx, &tracks).await?;
    for it in &twins {
        let told = it.told_apart(
            |place, track| labels.likeness(&files[place], track),
            |place, track| labels.may_be_same_song(&files[place], track),
        );
        let back = it.tracks.iter().zip(&it.left);
        let back = back.filter(|(track, _)| !told.contains(track));
        for place in back.filter_map(|(_, place)| *place) {
            verdicts[place] = Verdict::Stays;
        }
        for (place, track) in it.places.iter().zip(told) {
            let own = places[*place].track.as_ref().map(|it| it.id);
            verdicts[*place] = match own == Some(track) {
                true => Verdict::Stays,
                false => Verdict::Takes(track),
            };
        }
    }
    Ok(())
}

/// Gives the tracks that some of several new files of one sound have got to those that are most like them.
pub(super) async fn share_out(
    tx: &mut WriteTx,
    files: &[ReadFile<'_>],
    places: &[Place],
    verdicts: &mut [Verdict],
) -> Result<()> {
    let rivals = rivals(places, verdicts);
    let tracks: Vec<TrackId> = rivals.iter().flat_map(|it| it.tracks()).collect();
    if tracks.is_empty() {
        return Ok(());
    }
    let labels = Labels::of(tx, &tracks).await?;
    for it in &rivals {
        for (place, track) in it.shared_out(|at, track| labels.likeness(&files[at], track)) {
            verdicts[place] = track.map_or(Verdict::Stays, Verdict::Takes);
        }
    }
    Ok(())
}

/// Finds the files that were taken for new recordings of the songs that they were, and are others: neither the
/// title nor the place on the album is the same, or they sound like a track that is still where it was, and are
/// more like that one or don't say. Gives the tracks that are nowhere any more.
pub(super) async fn give_way(
    tx: &mut WriteTx,
    files: &[ReadFile<'_>],
    places: &[Place],
    verdicts: &mut [Verdict],
) -> Result<Vec<TrackId>> {
    let edited: Vec<(usize, TrackId, &[u8])> = places
        .iter()
        .zip(verdicts.iter())
        .enumerate()
        .filter(|(_, (place, verdict))| **verdict == Verdict::Stays && !place.is_settled())
        .filter_map(|(at, (place, _))| {
            Some((at, place.track.as_ref()?.id, place.sound.as_deref()?))
        })
        .collect();
    if edited.is_empty() {
        return Ok(Vec::new());
    }
    let sounds: Vec<Vec<u8>> = edited.iter().map(|(.., it)| it.to_vec()).collect();
    let mut originals: HashMap<Vec<u8>, Vec<TrackId>> = HashMap::new();
    for (sound, track) in track::present_by_audio_id(tx, &sounds).await? {
        originals.entry(sound).or_default().push(track);
    }
    let tracks: HashSet<TrackId> = edited
        .iter()
        .map(|(_, own, _)| *own)
        .chain(originals.values().flatten().copied())
        .collect();
    let labels = Labels::of(tx, &Vec::from_iter(tracks)).await?;
    let mut homeless = Vec::new();
    for (at, own, sound) in edited {
        let file = &files[at];
        // Of those that are equally like it, the sound tells, unless the title is its own.
        let enough = labels.likeness(file, own) + u32::from(!file.is_named_by_itself());
        let is_copy = originals
            .get(sound)
            .is_some_and(|it| it.iter().any(|it| labels.likeness(file, *it) >= enough));
        if is_copy || !labels.may_be_same_song(file, own) {
            verdicts[at] = Verdict::IsNew;
            homeless.push(own);
        }
    }
    Ok(homeless)
}
