//! How much what a file says is like what a track is known as: it tells apart what sounds the same.

use std::collections::{HashMap, HashSet};

use core_library::WriteTx;
use core_library::model::TrackId;
use core_library::repository::track::{self, TrackLabel};
use core_library::repository::track_writer::TrackRecord;

use super::assignment::{Candidate, Place, Verdict};
use super::resolver::ReadFile;
use super::twins::twins;
use crate::error::Result;

/// What tracks are known as.
struct Labels(HashMap<TrackId, TrackLabel>);

impl Labels {
    async fn of(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<Self> {
        Ok(Self(track::labels(tx, tracks).await?))
    }

    /// Rates the likeness of a file to a track; more is more alike.
    fn likeness(&self, record: &TrackRecord, track: TrackId) -> u32 {
        self.0.get(&track).map_or(0, |label| {
            let album = record.album.as_ref().map(|it| it.title.trim());
            let artists = record.album.iter().flat_map(|it| &it.artists);
            let artists = artists.map(|it| it.name.trim());
            let same_album = label.album.as_deref() == album;
            4 * u32::from(same_album && album.is_some())
                + 2 * u32::from(label.title == record.title.trim())
                + 2 * u32::from(artists.eq(label.album_artists.iter().map(String::as_str)))
                + u32::from(label.track == record.track)
        })
    }
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
        let told = it.told_apart(|place, track| labels.likeness(files[place].record, track));
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

/// Finds the files that a copy of another one was put in the place of: they sound like a track that is
/// still where it was, and their tags are more like that one's than like those of the track that they had.
/// Gives those tracks, which are nowhere any more.
pub(super) async fn give_way_to_copies(
    tx: &mut WriteTx,
    files: &[ReadFile<'_>],
    places: &[Place],
    verdicts: &mut [Verdict],
) -> Result<Vec<TrackId>> {
    let overwritten: Vec<(usize, TrackId, &[u8])> = places
        .iter()
        .zip(verdicts.iter())
        .enumerate()
        .filter(|(_, (place, verdict))| **verdict == Verdict::Stays && !place.is_settled())
        .filter_map(|(at, (place, _))| {
            Some((at, place.track.as_ref()?.id, place.sound.as_deref()?))
        })
        .collect();
    if overwritten.is_empty() {
        return Ok(Vec::new());
    }
    let sounds: Vec<Vec<u8>> = overwritten.iter().map(|(.., it)| it.to_vec()).collect();
    let mut originals: HashMap<Vec<u8>, Vec<TrackId>> = HashMap::new();
    for (sound, track) in track::present_by_audio_id(tx, &sounds).await? {
        originals.entry(sound).or_default().push(track);
    }
    let tracks: HashSet<TrackId> = overwritten
        .iter()
        .map(|(_, own, _)| *own)
        .chain(originals.values().flatten().copied())
        .collect();
    let labels = Labels::of(tx, &Vec::from_iter(tracks)).await?;
    let mut homeless = Vec::new();
    for (at, own, sound) in overwritten {
        let record = files[at].record;
        let was = labels.likeness(record, own);
        let copied = originals
            .get(sound)
            .is_some_and(|it| it.iter().any(|it| labels.likeness(record, *it) > was));
        if copied {
            verdicts[at] = Verdict::IsNew;
            homeless.push(own);
        }
    }
    Ok(homeless)
}
