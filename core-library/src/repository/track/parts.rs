//! Which tracks of a file the tracks of its cue sheet are, when the sheet has others by now.
//!
//! A track that came into the sheet, or went from it, moves the numbers of those behind it. So the rows of
//! the file are numbered anew before anything compares numbers: each follows what tells it.

use std::collections::{BTreeMap, HashSet};

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::track_writer::{NOT_IN_FILE, TrackRecord};

/// What tells a track of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sign {
    part: u32,
    /// In ms.
    start: Option<i64>,
    /// `None` if it is only made of the number.
    title: Option<String>,
}

impl Sign {
    fn new(part: u32, start: Option<i64>, title: String, number: Option<u32>) -> Self {
        let made = TrackRecord::untitled(number.unwrap_or_default());
        Self {
            part,
            start,
            title: Some(title).filter(|title| *title != made),
        }
    }
}

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    sign: Sign,
    /// Whether the file had it when it was read last.
    in_file: bool,
}

/// Gives the tracks of files the numbers under which their files have them now: by where they begin and what
/// they are called, then by a title that there is once, then by where they begin, and by the number only if
/// nothing else tells. Where no title is the same, times tell only if one sheet has all of the other's. It precedes the writing of the records, all those of a file among them. Files whose
/// tracks are numbered so already, and those that are one track, stay as they are.
///
/// # Errors
/// What the database says.
///
/// # Cancel safety
/// After a dropped call the transaction must be rolled back.
pub async fn renumber_parts(
    tx: &mut WriteTx,
    records: impl Iterator<Item = &TrackRecord>,
) -> Result<()> {
    let mut files: BTreeMap<i64, Vec<Sign>> = BTreeMap::new();
    for it in records.filter(|it| it.part > 0) {
        let sign = Sign::new(it.part, it.start_ms, it.title.clone(), it.track);
        files.entry(it.item_id).or_default().push(sign);
    }
    if files.is_empty() {
        return Ok(());
    }
    let rows = tx
        .query(
            "SELECT item_id, id, part, start_ms, title, track, digest <> ? AND (missing_since IS NULL
                 OR NOT EXISTS (SELECT 1 FROM track o
                     WHERE o.item_id = track.item_id AND o.missing_since IS NULL))
             FROM track WHERE item_id IN (SELECT value FROM json_each(?)) AND part > 0
             ORDER BY item_id, part",
            vec![NOT_IN_FILE.into(), id_list(files.keys().copied())],
        )
        .await?;
    let mut there: BTreeMap<i64, Vec<(TrackId, Known)>> = BTreeMap::new();
    for row in &rows {
        let known = Known {
            sign: Sign::new(row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?),
            in_file: row.get(6)?,
        };
        there
            .entry(row.get(0)?)
            .or_default()
            .push((row.get(1)?, known));
    }
    let mut numbers: Vec<(TrackId, u32)> = Vec::new();
    for (item, known) in there {
        let (ids, known): (Vec<TrackId>, Vec<Known>) = known.into_iter().unzip();
        let new = new_numbers(&known, &files[&item]);
        let changed = ids.into_iter().zip(new).zip(&known);
        numbers.extend(
            changed
                .filter(|((_, new), known)| *new != known.sign.part)
                .map(|(changed, _)| changed),
        );
    }
    if numbers.is_empty() {
        return Ok(());
    }
    // No two have one number meanwhile.
    tx.execute(
        "UPDATE track SET part = -id WHERE id IN (SELECT value FROM json_each(?))",
        vec![id_list(numbers.iter().map(|(track, _)| *track))],
    )
    .await?;
    let rows = numbers
        .into_iter()
        .map(|(track, part)| vec![SqlValue::from(track), part.into()]);
    tx.insert_rows(
        "WITH v(track, part) AS (",
        2,
        rows,
        ") UPDATE track SET part = v.part FROM v WHERE track.id = v.track",
    )
    .await?;
    Ok(())
}

/// Tells which number each row has from now on. Those that the file has no longer keep theirs where it is
/// free, and else have one behind all others.
fn new_numbers(known: &[Known], now: &[Sign]) -> Vec<u32> {
    let mut matching = Matching {
        known,
        now,
        number_of: vec![None; known.len()],
        is_taken: vec![false; now.len()],
    };
    let any_in_file = known.iter().any(|it| it.in_file);
    for in_file in [true, false] {
        matching.pair(
            |it| it.in_file == in_file,
            |it| it.title.clone().zip(it.start),
        );
        matching.pair(|it| it.in_file == in_file, |it| it.title.clone());
    }
    let is_another = is_another_sheet(known, now);
    // The sheet of another disc may have some of the times by chance.
    for in_file in [true, false] {
        if !is_another || have_times_in_common(known, now) {
            matching.pair(|it| it.in_file == in_file, |it| it.start);
        }
    }
    matching.pair(|it| it.in_file == any_in_file, |it| Some(it.part));
    // A track that the file had long ago is not one of which nothing tells that it is the same, unless another sheet was
    // taken for that of the file meanwhile: then all its titles and times are wrong.
    if is_another {
        matching.pair(|_| true, |it| Some(it.part));
    }

    let mut used: HashSet<u32> = now.iter().map(|it| it.part).collect();
    let of_now = now.iter().map(|it| it.part);
    let mut last = known
        .iter()
        .map(|it| it.sign.part)
        .chain(of_now)
        .max()
        .unwrap_or_default();
    let numbers = known.iter().zip(matching.number_of);
    numbers
        .map(|(it, number)| {
            number.unwrap_or_else(|| {
                if used.insert(it.sign.part) {
                    return it.sign.part;
                }
                last += 1;
                last
            })
        })
        .collect()
}

/// Tells whether no title is the same, though both have some.
fn is_another_sheet(known: &[Known], now: &[Sign]) -> bool {
    let of_known = known.iter().filter(|it| it.in_file);
    let of_known: HashSet<&String> = of_known.filter_map(|it| it.sign.title.as_ref()).collect();
    let mut of_now = now.iter().filter_map(|it| it.title.as_ref()).peekable();
    let have_titles = !of_known.is_empty() && of_now.peek().is_some();
    have_titles && !of_now.any(|it| of_known.contains(it))
}

/// Tells whether all tracks of one of the two sheets begin where some of the other do.
fn have_times_in_common(known: &[Known], now: &[Sign]) -> bool {
    let of_known = known.iter().filter(|it| it.in_file);
    let of_known: HashSet<i64> = of_known.filter_map(|it| it.sign.start).collect();
    let of_now: HashSet<i64> = now.iter().filter_map(|it| it.start).collect();
    of_known.is_subset(&of_now) || of_now.is_subset(&of_known)
}

struct Matching<'a> {
    known: &'a [Known],
    now: &'a [Sign],
    number_of: Vec<Option<u32>>,
    is_taken: Vec<bool>,
}

impl Matching<'_> {
    /// Pairs those that are left and have a key which is once on each side.
    fn pair<K: Ord>(
        &mut self,
        is_asked: impl Fn(&Known) -> bool,
        key: impl Fn(&Sign) -> Option<K>,
    ) {
        let mut sides: BTreeMap<K, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, it) in self.known.iter().enumerate() {
            if self.number_of[at].is_none()
                && is_asked(it)
                && let Some(key) = key(&it.sign)
            {
                sides.entry(key).or_default().0.push(at);
            }
        }
        for (at, it) in self.now.iter().enumerate() {
            if !self.is_taken[at]
                && let Some(key) = key(it)
            {
                sides.entry(key).or_default().1.push(at);
            }
        }
        for side in sides.into_values() {
            if let ([known], [now]) = (side.0.as_slice(), side.1.as_slice()) {
                self.number_of[*known] = Some(self.now[*now].part);
                self.is_taken[*now] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, Sign, new_numbers};

    /// Tracks with their titles, and where they begin.
    fn sheet(tracks: &[(&str, i64)]) -> Vec<Sign> {
        let number = |at: usize| at as u32 + 1;
        tracks
            .iter()
            .enumerate()
            .map(|(at, (title, start))| {
                let title = (*title).to_owned();
                Sign::new(number(at), Some(*start), title, Some(number(at)))
            })
            .collect()
    }

    fn known(tracks: &[(&str, i64)], lost: &[(&str, i64)]) -> Vec<Known> {
        let all: Vec<_> = tracks.iter().chain(lost).copied().collect();
        sheet(&all)
            .into_iter()
            .enumerate()
            .map(|(at, sign)| Known {
                sign,
                in_file: at < tracks.len(),
            })
            .collect()
    }

    /// Tells the new numbers of what the file has and of what it had, by the sheet that it has now.
    fn numbers(has: &[(&str, i64)], had: &[(&str, i64)], now: &[(&str, i64)]) -> Vec<u32> {
        new_numbers(&known(has, had), &sheet(now))
    }

    const THREE: [(&str, i64); 3] = [("a", 0), ("b", 10), ("c", 20)];

    #[test]
    fn a_track_that_comes_or_goes_moves_the_others_up_or_down() {
        let more = [("a", 0), ("x", 5), ("b", 10), ("c", 20)];
        assert_eq!(numbers(&THREE, &[], &more), [1, 3, 4]);
        let without_first = [("b", 10), ("c", 20)];
        assert_eq!(numbers(&THREE, &[], &without_first), [4, 1, 2]);
        assert_eq!(numbers(&THREE, &[], &THREE[..2]), [1, 2, 3]);
        // What it had is itself when it is back.
        assert_eq!(numbers(&without_first, &[("a", 0)], &THREE), [2, 3, 1]);
    }

    #[test]
    fn the_title_tells_where_the_times_do_not_and_the_times_where_the_titles_do_not() {
        let later = [("x", 0), ("a", 2), ("b", 12), ("c", 22)];
        assert_eq!(numbers(&THREE, &[], &later), [2, 3, 4]);
        let renamed = [("x", 0), ("y", 5), ("B", 10), ("C", 20)];
        assert_eq!(numbers(&THREE, &[], &renamed), [1, 3, 4]);
        let twice = [("a", 0), ("a", 10), ("c", 20)];
        let more = [("a", 0), ("a", 5), ("a", 10), ("c", 20)];
        assert_eq!(numbers(&twice, &[], &more), [1, 3, 4]);
        // Titles that are only made of the numbers say nothing.
        let untitled = [("Track 01", 0), ("Track 02", 10)];
        let more = [("Track 01", 0), ("Track 02", 5), ("Track 03", 10)];
        assert_eq!(numbers(&untitled, &[], &more), [1, 3]);
    }

    #[test]
    fn the_number_tells_where_nothing_else_does() {
        let other = [("a", 0), ("B", 11), ("c", 20)];
        assert_eq!(numbers(&THREE, &[], &other), [1, 2, 3]);
        // Not who was taken out long ago: the third track is another one.
        let longer = [("a", 0), ("b", 10), ("d", 30)];
        assert_eq!(numbers(&THREE[..2], &THREE[2..], &longer), [1, 2, 4]);
        // Another sheet, which has one of the times by chance.
        let wrong = [("x", 0), ("y", 20), ("z", 40)];
        assert_eq!(numbers(&wrong, &[], &THREE), [1, 2, 3]);
        // Unless the sheet of another disc was taken for this one's, and then that of one with fewer tracks.
        let wrong = [("x", 0), ("y", 11)];
        assert_eq!(numbers(&wrong, &[("z", 22)], &THREE), [1, 2, 3]);
        // The whole file was one track meanwhile.
        assert_eq!(numbers(&[], &THREE, &other), [1, 2, 3]);
    }

    #[test]
    fn what_the_file_has_goes_before_what_it_had() {
        let (has, had) = ([("a", 0), ("c", 25)], [("c", 20)]);
        assert_eq!(numbers(&has, &had, &[("a", 0), ("c", 27)]), [1, 2, 3]);
        let both = [("a", 0), ("c", 20), ("c", 25)];
        assert_eq!(numbers(&has, &had, &both), [1, 3, 2]);
    }
}
