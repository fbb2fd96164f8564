//! Files with a cue sheet under whose name another disc is by now.

use std::collections::{BTreeMap, HashMap, HashSet};

use core_library::WriteTx;
use core_library::repository::track::{self, Cut, PartOfFile};
use core_library::repository::track_writer::TrackRecord;
use core_library::search::fold;

use super::resolver::ReadFile;
use crate::error::Result;
use crate::metadata_processor::part_id;

/// Takes the tracks from files that are other discs by now, so that they are found by their sound; tells which. A disc
/// that is under the name of another one of these goes there with all its tracks, since its sheet may be another by
/// now, too: which is which is told as it is where a disc has kept its name.
pub(super) async fn let_go(
    tx: &mut WriteTx,
    provider_id: i64,
    files: &[ReadFile<'_>],
) -> Result<Vec<PartOfFile>> {
    let mut now: BTreeMap<i64, Vec<&TrackRecord>> = BTreeMap::new();
    for record in files.iter().map(|it| it.record).filter(|it| it.part > 0) {
        now.entry(record.item_id).or_default().push(record);
    }
    if now.is_empty() {
        return Ok(Vec::new());
    }
    let items: Vec<i64> = now.keys().copied().collect();
    let known = track::parts_of(tx, &items).await?;
    let discs = known.chunk_by(|left, right| left.item_id == right.item_id);
    let (mut others, mut same): (Vec<_>, Vec<_>) =
        discs.partition(|disc| is_another(disc, &now[&disc[0].item_id]));
    let disguised = disguised(tx, provider_id, &mut same, &others, &known, &now).await?;
    others.extend(disguised);
    let same = same.into_iter().map(|disc| disc[0].item_id).collect();
    let places = new_places(&others, &now, same);
    let (moved, gone): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|disc| places.contains_key(&disc[0].item_id));
    let gone: Vec<PartOfFile> = gone.into_iter().flatten().cloned().collect();
    let tracks: Vec<_> = gone.iter().map(|it| it.track_id).collect();
    let at = tx.now_ms();
    track::unbind(tx, &tracks, at).await?;
    let moves = moved.into_iter().flatten();
    let moves: Vec<_> = moves
        .map(|it| (it.track_id, places[&it.item_id], it.part))
        .collect();
    track::rebind(tx, &moves).await?;
    Ok(gone)
}

/// Takes those discs from the ones that seem the `same` whose files are other discs by now, though the sheets say
/// otherwise: files and sheets that change names one after the other. A disc that was ripped anew sounds like none that
/// is known. One that sounds like another with the same titles is a copy of it, unless what was here came in the place of
/// one of the `others` or of these.
async fn disguised<'a>(
    tx: &mut WriteTx,
    provider_id: i64,
    same: &mut Vec<&'a [PartOfFile]>,
    others: &[&[PartOfFile]],
    known: &[PartOfFile],
    now: &BTreeMap<i64, Vec<&TrackRecord>>,
) -> Result<Vec<&'a [PartOfFile]>> {
    let has_changed = |disc: &&[PartOfFile]| {
        let file = sound_of_file(&now[&disc[0].item_id]);
        file.is_some_and(|file| !disc.iter().any(|it| sounds_so(&it.cut, file)))
    };
    let (changed, kept): (Vec<_>, Vec<_>) = same.drain(..).partition(has_changed);
    *same = kept;
    if changed.is_empty() {
        return Ok(changed);
    }
    let away = track::parts_away(tx, provider_id).await?;
    let all = || known.iter().map(|it| &it.cut).chain(&away);
    let (mut found, copies): (Vec<_>, Vec<_>) = changed.into_iter().partition(|disc| {
        let file = sound_of_file(&now[&disc[0].item_id]).unwrap_or_default();
        let of_file = all().filter(|it| has_sound(it, file) == Some(true));
        !has_titles_of(of_file, disc)
    });
    let leaving = others.iter().chain(&found).map(|disc| disc[0].item_id);
    let (exchanged, stay) = exchanged(copies, leaving.collect(), now);
    found.extend(exchanged);
    same.extend(stay);
    Ok(found)
}

/// Parts discs whose sound is in the place of another one that leaves, of these or `leaving`, from the others.
fn exchanged<'a>(
    mut discs: Vec<&'a [PartOfFile]>,
    leaving: HashSet<i64>,
    now: &BTreeMap<i64, Vec<&TrackRecord>>,
) -> (Vec<&'a [PartOfFile]>, Vec<&'a [PartOfFile]>) {
    let mut all_stay = Vec::new();
    loop {
        let these = discs.iter().map(|disc| disc[0].item_id);
        let vacated: HashSet<i64> = these.chain(leaving.iter().copied()).collect();
        let is_elsewhere = |disc: &&[PartOfFile]| {
            vacated.iter().any(|item| {
                let file = sound_of_file(&now[item]);
                let is_in = |file| disc.iter().any(|it| has_sound(&it.cut, file) == Some(true));
                file.is_some_and(is_in)
            })
        };
        let (elsewhere, stay): (Vec<_>, Vec<_>) = discs.into_iter().partition(is_elsewhere);
        discs = elsewhere;
        if stay.is_empty() {
            return (discs, all_stay);
        }
        all_stay.extend(stay);
    }
}

/// Tells whether all titles of one of two discs are those of the other; also if there are none.
fn has_titles_of<'a>(one: impl Iterator<Item = &'a Cut>, other: &[PartOfFile]) -> bool {
    let one: HashSet<String> = one.filter_map(|it| it.title.as_deref()).map(fold).collect();
    let other = other.iter().filter_map(|it| it.cut.title.as_deref());
    let other: HashSet<String> = other.map(fold).collect();
    one.is_subset(&other) || other.is_subset(&one)
}

/// Tells in which files discs are that left theirs, by the sound of any of their tracks. No two are in one file, and
/// none in one that has `taken` its tracks itself.
fn new_places(
    discs: &[&[PartOfFile]],
    now: &BTreeMap<i64, Vec<&TrackRecord>>,
    mut taken: HashSet<i64>,
) -> HashMap<i64, i64> {
    let mut places = HashMap::new();
    for disc in discs {
        let place = now.iter().find(|(item, records)| {
            sound_of_file(records).is_some_and(|file| {
                !taken.contains(item)
                    && disc.iter().any(|it| has_sound(&it.cut, file) == Some(true))
            })
        });
        if let Some((item, _)) = place {
            taken.insert(*item);
            places.insert(disc[0].item_id, *item);
        }
    }
    places
}

fn sound_of_file<'a>(records: &[&'a TrackRecord]) -> Option<&'a [u8]> {
    records.iter().find_map(|it| it.sound_of_file.as_deref())
}

/// Tells whether a track is cut from a file of this sound; `None` if its own is not known.
fn has_sound(it: &Cut, file: &[u8]) -> Option<bool> {
    let (before, start) = (it.audio_id.as_ref()?, it.start_ms?);
    Some(*before == part_id(file, start, it.end_ms))
}

/// Likewise, if nothing tells otherwise.
fn sounds_so(it: &Cut, file: &[u8]) -> bool {
    has_sound(it, file).unwrap_or(true)
}

/// Tells whether a file is another disc than it was: nothing of its sound and no title is the same, though there
/// are titles.
fn is_another(was: &[PartOfFile], now: &[&TrackRecord]) -> bool {
    let Some(file) = sound_of_file(now) else {
        return false;
    };
    // The sheet may cut the same sound otherwise.
    let same_sound = was.iter().any(|it| sounds_so(&it.cut, file));
    let of_was = was.iter().filter_map(|it| it.cut.title.as_deref());
    let of_was: HashSet<String> = of_was.map(fold).collect();
    let of_now = now.iter().filter(|it| !it.is_untitled());
    let mut of_now = of_now.map(|it| fold(it.title.trim())).peekable();
    let has_titles = !of_was.is_empty() && of_now.peek().is_some();
    has_titles && !same_sound && !of_now.any(|it| of_was.contains(&it))
}

#[cfg(test)]
mod tests {
    use core_library::model::TrackId;

    use super::*;

    fn was(file: &[u8], titles: &[&str]) -> Vec<PartOfFile> {
        let part = |(at, title): (usize, &&str)| PartOfFile {
            item_id: 1,
            track_id: TrackId(at as i64),
            part: at as u32 + 1,
            cut: Cut {
                start_ms: Some(at as i64 * 1000),
                end_ms: None,
                title: Some((*title).to_owned()).filter(|it| !it.is_empty()),
                audio_id: Some(part_id(file, at as i64 * 1000, None)),
            },
            missing: false,
        };
        titles.iter().enumerate().map(part).collect()
    }

    #[test]
    fn another_disc_has_neither_sound_nor_title_of_the_one_before() {
        #[track_caller]
        fn check(before: (&[u8], &[&str]), now: (&[u8], &[&str]), expected: bool) {
            let records: Vec<TrackRecord> = (1..)
                .zip(now.1)
                .map(|(number, title)| TrackRecord {
                    part: number,
                    track: Some(number),
                    title: match title.is_empty() {
                        true => TrackRecord::untitled(number),
                        false => (*title).to_owned(),
                    },
                    sound_of_file: Some(now.0.to_vec()),
                    ..TrackRecord::default()
                })
                .collect();
            let records: Vec<&TrackRecord> = records.iter().collect();
            assert_eq!(is_another(&was(before.0, before.1), &records), expected);
        }
        check((b"a", &["x", "y"]), (b"b", &["u", "v", "w"]), true);
        // Retitled, recorded anew, or one of both in part.
        check((b"a", &["x", "y"]), (b"a", &["u", "v"]), false);
        check((b"a", &["x", "y"]), (b"b", &["X", "v"]), false);
        // Nothing tells.
        check((b"a", &["", ""]), (b"b", &["u", "v"]), false);
        check((b"a", &["x", "y"]), (b"b", &["", ""]), false);
    }
}
