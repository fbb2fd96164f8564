//! Files that are cut into tracks by a cue sheet, and the discs that they are.
//!
//! Keys that are paths tell nothing of what a file is, and a sheet follows its file by hand, maybe a sync later. So all
//! that such a file is cut into goes where its sound is, before anything compares the tracks one by one.

mod fates;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use core_library::WriteTx;
use core_library::model::TrackId;
use core_library::repository::track::{self, TrackOfFile, Unread};
use core_library::repository::track_writer::TrackRecord;
use core_library::search::fold;

use super::assignment::{Others, Whereabouts};
use super::resolver::ReadFile;
use crate::error::Result;
use crate::metadata_processor::part_id;
use fates::{Disc, Fate, File, fates};

/// What became of discs.
#[derive(Debug, Default)]
pub(crate) struct SettledDiscs {
    /// Tracks that became missing, since what their files are now is another disc.
    pub(crate) lost: Vec<TrackId>,
    /// Tracks that are in another file of this provider now, and were not missing.
    pub(crate) moved: HashSet<TrackId>,
    /// Likewise, but the file that they were in was another provider's.
    pub(crate) gained: HashSet<TrackId>,
    /// Files of which that can't be told before others are read.
    pub(crate) waiting: HashSet<i64>,
}

/// Gives files that were read the discs which they sound like.
pub(super) async fn settle_discs(
    tx: &mut WriteTx,
    provider_id: i64,
    files: &[ReadFile<'_>],
    others: Others,
) -> Result<SettledDiscs> {
    let mut settled = SettledDiscs::default();
    let is_any_cut = files.iter().any(|it| it.record.part > 0);
    if files.is_empty() || !is_any_cut && !track::any_parts(tx).await? {
        return Ok(settled);
    }
    let (files, mut tracks) = with_discs(tx, heard(files)).await?;
    recall(&mut tracks, &files);
    let discs = grouped(&tracks, provider_id);
    let (sides, groups): (Vec<Disc>, Vec<Vec<&TrackOfFile>>) = discs.into_iter().unzip();
    let told = fates(&files, &sides, others);

    let (mut places, mut left) = (HashMap::new(), HashSet::new());
    for (file, fate) in files.iter().zip(&told) {
        match fate {
            Fate::Stays => {}
            Fate::Waits => {
                settled.waiting.insert(file.item_id);
            }
            Fate::Becomes(disc) => {
                left.insert(file.item_id);
                places.extend(disc.map(|it| (it, file.item_id)));
            }
        }
    }
    let (mut moves, mut gone) = (Vec::new(), Vec::new());
    for (at, (side, group)) in sides.iter().zip(&groups).enumerate() {
        // The writer will say of others that they are back.
        let present = group.iter().copied().filter(|it| !it.missing);
        let (ours, of_others): (Vec<&TrackOfFile>, Vec<&TrackOfFile>) =
            present.partition(|it| it.provider_id == Some(provider_id));
        if let Some(item) = places.get(&at) {
            moves.extend(group.iter().map(|it| (it.track_id, *item, it.part)));
            settled.moved.extend(ours.iter().map(|it| it.track_id));
            settled
                .gained
                .extend(of_others.iter().map(|it| it.track_id));
        } else if side.item_id.is_some_and(|it| left.contains(&it)) {
            gone.extend(group.iter().map(|it| it.track_id));
            settled.lost.extend(ours.iter().map(|it| it.track_id));
        }
    }
    let now = tx.now_ms();
    track::unbind(tx, &gone, now).await?;
    track::rebind(tx, &moves).await?;
    Ok(settled)
}

/// Gives the files whose sound can be told.
fn heard(files: &[ReadFile<'_>]) -> BTreeMap<i64, File> {
    let mut heard: BTreeMap<i64, File> = BTreeMap::new();
    for ReadFile {
        record, may_wait, ..
    } in files
    {
        let sound = match record.part {
            0 => &record.audio_id,
            _ => &record.sound_of_file,
        };
        let Some(sound) = sound else {
            continue;
        };
        let file = heard.entry(record.item_id).or_insert_with(|| File {
            item_id: record.item_id,
            sound: sound.clone(),
            titles: BTreeSet::new(),
            is_cut: record.part > 0,
            may_wait: *may_wait,
        });
        file.titles.extend(title(record));
    }
    for file in heard.values_mut() {
        file.titles = telling(std::mem::take(&mut file.titles));
    }
    heard
}

fn title(record: &TrackRecord) -> Option<String> {
    (!record.is_untitled()).then(|| fold(record.title.trim()))
}

/// Leaves out titles that differ in their numbers only: they are of any disc.
fn telling(titles: BTreeSet<String>) -> BTreeSet<String> {
    let without_number =
        |it: &String| it.replace(|sign: char| sign.is_numeric() || sign == ' ', "");
    let kinds: HashSet<String> = titles.iter().map(without_number).collect();
    match kinds.len() == 1 && titles.len() > 1 {
        true => BTreeSet::new(),
        false => titles,
    }
}

/// Leaves out the files that have nothing to do with discs, and lists the tracks of the others, and those that any of them
/// may be.
async fn with_discs(
    tx: &mut WriteTx,
    files: BTreeMap<i64, File>,
) -> Result<(Vec<File>, Vec<TrackOfFile>)> {
    let items: Vec<i64> = files.keys().copied().collect();
    let parts = track::parts_of_sounds(tx, files.values().map(|it| &*it.sound)).await?;
    let cut = files.values().filter(|it| it.is_cut);
    let wholes = track::wholes_of_sounds(tx, cut.map(|it| &*it.sound)).await?;
    let known: HashSet<&[u8]> = parts
        .iter()
        .filter_map(|it| it.sound_of_file.as_deref())
        .collect();
    let mut asked: HashSet<i64> = parts
        .iter()
        .chain(&wholes)
        .filter_map(|it| it.item_id)
        .collect();
    asked.extend(track::with_parts(tx, &items).await?);
    let is_asked =
        |it: &File| it.is_cut || asked.contains(&it.item_id) || known.contains(&*it.sound);
    let files: Vec<File> = files.into_values().filter(is_asked).collect();
    asked.extend(files.iter().map(|it| it.item_id));
    let mut tracks = track::of_files(tx, &asked.into_iter().collect::<Vec<_>>()).await?;
    tracks.extend(
        parts
            .into_iter()
            .chain(wholes)
            .filter(|it| it.item_id.is_none()),
    );
    Ok((files, tracks))
}

/// Tells from which file parts were cut that were read before that was kept, as far as it is one of these. Mostly it is
/// the one that they are in.
fn recall(tracks: &mut [TrackOfFile], files: &[File]) {
    let of_items: HashMap<i64, &[u8]> = files.iter().map(|it| (it.item_id, &*it.sound)).collect();
    let is_open = |it: &&mut TrackOfFile| it.part > 0 && it.sound_of_file.is_none();
    for it in tracks.iter_mut().filter(is_open) {
        let (Some(start), end, Some(sound)) = (it.start_ms, it.end_ms, &it.audio_id) else {
            continue;
        };
        let own = it.item_id.and_then(|item| of_items.get(&item)).copied();
        let all = files.iter().map(|file| &*file.sound);
        let whole = own
            .into_iter()
            .chain(all)
            .find(|whole| part_id(whole, start, end) == *sound);
        // Another one, whichever it was.
        it.sound_of_file = Some(whole.unwrap_or(sound).to_vec());
    }
}

/// Gives the discs that tracks are. Those without a file are one if they sound alike.
fn grouped(tracks: &[TrackOfFile], provider_id: i64) -> Vec<(Disc, Vec<&TrackOfFile>)> {
    let mut groups: BTreeMap<_, Vec<&TrackOfFile>> = BTreeMap::new();
    for it in tracks {
        let sound = it.item_id.is_none().then_some(&it.sound_of_file);
        let group = groups.entry((it.item_id, sound)).or_default();
        // Two of one number are of two copies.
        if !group.iter().any(|other| other.part == it.part) {
            group.push(it);
        }
    }
    groups
        .into_values()
        .map(|group| (disc(&group, provider_id), group))
        .collect()
}

fn disc(tracks: &[&TrackOfFile], provider_id: i64) -> Disc {
    // What it was read as last.
    let present = tracks.iter().filter(|it| !it.missing);
    let gone = tracks.iter().filter(|it| it.missing);
    let last: Vec<_> = present.chain(gone).collect();
    let is_cut = last.first().is_some_and(|it| it.part > 0);
    let of_kind = tracks.iter().filter(|it| (it.part > 0) == is_cut);
    let titles = of_kind.filter_map(|it| it.title.as_deref()).map(fold);
    Disc {
        item_id: tracks[0].item_id,
        sound: last.iter().find_map(|it| it.sound_of_file.clone()),
        titles: telling(titles.collect()),
        is_cut,
        whereabouts: whereabouts(tracks[0], provider_id),
    }
}

fn whereabouts(it: &TrackOfFile, provider_id: i64) -> Whereabouts {
    let is_ours = it.provider_id == Some(provider_id);
    match it.unread {
        _ if it.item_id.is_none() || it.removed => Whereabouts::Gone,
        Some(Unread::Quarantined) if is_ours => Whereabouts::Gone,
        Some(Unread::Queued) if is_ours => Whereabouts::Unread,
        _ => Whereabouts::There,
    }
}
