//! Which of several tracks of one sound is which file: their tags tell. Pure.
//!
//! The same recording may be on two albums. Where both files went elsewhere, or changed names with each
//! other, the sound says no more than that each is one of the two.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use core_library::model::TrackId;

use super::assignment::{Candidate, Place, Verdict, Whereabouts};

/// Files and tracks of one sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Twins {
    /// The places, by their number.
    pub(crate) places: Vec<usize>,
    /// The track that each has by its sound.
    pub(crate) tracks: Vec<TrackId>,
    /// Tracks that are missing and that no file has.
    pub(crate) spare: Vec<TrackId>,
    /// Whether each of `tracks` may go without a file: it was gone.
    may_go: Vec<bool>,
    /// The place, by its number, in which each of `tracks` was, if that has other content and no track now.
    pub(crate) left: Vec<Option<usize>>,
    /// Whether each place came by its track just now, and may take one that is gone instead.
    takes: Vec<bool>,
}

/// Finds the sounds that more than one track has.
pub(crate) fn twins(
    places: &[Place],
    verdicts: &[Verdict],
    candidates: &[Candidate],
) -> Vec<Twins> {
    let mut groups: BTreeMap<&[u8], Twins> = BTreeMap::new();
    let at_home: HashSet<TrackId> = places
        .iter()
        .filter_map(|it| Some(it.track.as_ref()?.id))
        .collect();
    let gone: HashSet<TrackId> = candidates
        .iter()
        .filter(|it| it.whereabouts == Whereabouts::Gone && !at_home.contains(&it.track))
        .map(|it| it.track)
        .collect();
    // Where a track was that may go back there.
    let left: HashMap<TrackId, usize> = places
        .iter()
        .zip(verdicts)
        .enumerate()
        .filter(|(_, (place, verdict))| **verdict == Verdict::IsNew && place.named)
        .filter_map(|(at, (place, _))| Some((place.track.as_ref()?.id, at)))
        .collect();
    let mut taken = HashSet::new();
    for (at, (place, verdict)) in places.iter().zip(verdicts).enumerate() {
        let (Some(sound), true) = (&place.sound, place.may_be_another) else {
            continue;
        };
        let (track, takes) = match (verdict, &place.track) {
            (Verdict::Takes(track), _) => (*track, true),
            (Verdict::Stays, Some(own)) if !own.missing && own.sound.as_ref() == Some(sound) => {
                (own.id, false)
            }
            _ => continue,
        };
        taken.insert(track);
        let group = groups.entry(sound).or_insert_with(Twins::new);
        group.places.push(at);
        group.tracks.push(track);
        group.may_go.push(gone.contains(&track));
        group.left.push(left.get(&track).copied());
        group.takes.push(takes);
    }
    for it in candidates {
        if gone.contains(&it.track)
            && !taken.contains(&it.track)
            && let Some(group) = groups.get_mut(&*it.sound)
        {
            group.spare.push(it.track);
        }
    }
    groups
        .into_values()
        .filter(|it| it.places.len() > 1 || it.takes[0] && !it.spare.is_empty())
        .collect()
}

impl Twins {
    fn new() -> Self {
        Self {
            places: Vec::new(),
            tracks: Vec::new(),
            spare: Vec::new(),
            may_go: Vec::new(),
            left: Vec::new(),
            takes: Vec::new(),
        }
    }

    /// Gives each place the track that it is most like, so that the likest go first and no track that
    /// has a file loses it, unless it may go back to where it was. Where nothing tells two apart they stay as
    /// they are.
    pub(crate) fn told_apart(
        &self,
        likeness: impl Fn(usize, TrackId) -> u32,
        may_go_back: impl Fn(usize, TrackId) -> bool,
    ) -> Vec<TrackId> {
        let left = self.tracks.iter().zip(&self.left);
        let goes_back: Vec<bool> = left
            .map(|(track, left)| left.is_some_and(|place| may_go_back(place, *track)))
            .collect();
        let told = self
            .matched(&self.spare, &goes_back, &likeness)
            .or_else(|| self.matched(&[], &goes_back, &likeness))
            .unwrap_or_else(|| self.tracks.clone());
        // Where all only change places, a file that was there may become one that was gone.
        let alike = |tracks: &[TrackId]| -> u32 {
            let pairs = self.places.iter().zip(tracks);
            pairs.map(|(place, track)| likeness(*place, *track)).sum()
        };
        let exchanged = self.exchanged(&likeness);
        match alike(&exchanged) > alike(&told) {
            true => exchanged,
            false => told,
        }
    }

    /// Shares the tracks out among the places, so that the likest go first.
    fn exchanged(&self, likeness: &impl Fn(usize, TrackId) -> u32) -> Vec<TrackId> {
        let mut pairs = Vec::new();
        for (at, place) in self.places.iter().enumerate() {
            for (other, track) in self.tracks.iter().enumerate() {
                pairs.push((likeness(*place, *track), at == other, at, *track));
            }
        }
        let given = likest_first(pairs);
        let places = self.tracks.iter().enumerate();
        places
            .map(|(at, own)| given.get(&at).copied().unwrap_or(*own))
            .collect()
    }

    fn matched(
        &self,
        spare: &[TrackId],
        goes_back: &[bool],
        likeness: &impl Fn(usize, TrackId) -> u32,
    ) -> Option<Vec<TrackId>> {
        let mut pairs = Vec::new();
        for (at, place) in self.places.iter().enumerate() {
            // A file that was there before does not become one that was gone.
            let own = self.tracks.iter().zip(&self.may_go);
            let own = own.filter(|(_, was_gone)| self.takes[at] || !**was_gone);
            for (track, _) in own {
                let stays = *track == self.tracks[at] && !goes_back[at];
                pairs.push((likeness(*place, *track), stays, at, *track));
            }
            // What has a place to go back to leaves this one to a track that has none.
            let spare = spare.iter().filter(|_| self.takes[at]);
            pairs.extend(spare.map(|it| (likeness(*place, *it), goes_back[at], at, *it)));
        }
        let given = likest_first(pairs);
        let used: HashSet<TrackId> = given.values().copied().collect();
        let left_out = self.tracks.iter().enumerate().any(|(at, track)| {
            let may_go = self.may_go[at] || goes_back[at];
            !may_go && !used.contains(track)
        });
        let places = 0..self.places.len();
        let given: Option<Vec<TrackId>> = places.map(|at| given.get(&at).copied()).collect();
        given.filter(|_| !left_out)
    }
}

/// Shares tracks out among places, each once, so that the likest pairs go first, and of those the ones that stay as
/// they are. A pair is how alike it is, whether it stays, the place and the track.
pub(super) fn likest_first(
    mut pairs: Vec<(u32, bool, usize, TrackId)>,
) -> BTreeMap<usize, TrackId> {
    pairs.sort_by_key(|(likeness, stays, ..)| Reverse((*likeness, *stays)));
    let mut given = BTreeMap::new();
    let mut used = HashSet::new();
    for (_, _, place, track) in pairs {
        if !given.contains_key(&place) && used.insert(track) {
            given.insert(place, track);
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conflict_resolution::assignment::tests::{candidate, place};
    use crate::conflict_resolution::assignment::{Bound, Others, assign};

    fn named(item: i64, track: i64, sound: u32) -> Place {
        let mut place = place(item, None, sound);
        place.track = Some(Bound {
            id: TrackId(track),
            sound: place.sound.clone(),
            missing: false,
        });
        place
    }

    fn gone(track: i64, sound: u32) -> Candidate {
        Candidate {
            track: TrackId(track),
            ..candidate(sound, Whereabouts::Gone)
        }
    }

    /// Tells the tracks of all places that share their sound. A place is like the track of its number.
    /// What a track was in is like it if its number is a hundred more.
    #[track_caller]
    fn check(places: &[Place], candidates: &[Candidate], expected: &[&[i64]]) {
        let verdicts = assign(places, candidates, Others::None).verdicts;
        let told: Vec<Vec<i64>> = twins(places, &verdicts, candidates)
            .iter()
            .map(|it| {
                let like = |at: usize, track: TrackId| u32::from(places[at].item_id == track.0);
                let back = |at: usize, track: TrackId| places[at].item_id == track.0 + 100;
                it.told_apart(like, back)
                    .into_iter()
                    .map(|it| it.0)
                    .collect()
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn twins_are_told_apart_by_what_they_are_like() {
        let new = |item| place(item, None, 7);
        check(&[new(1), new(2)], &[gone(2, 7), gone(1, 7)], &[&[1, 2]]);
        // Only one of two is back.
        check(&[new(1)], &[gone(2, 7), gone(1, 7)], &[&[1]]);
        check(&[new(9)], &[gone(2, 7), gone(1, 7)], &[&[2]]);
        // They changed names with each other, and with nobody.
        check(&[named(2, 1, 7), named(1, 2, 7)], &[], &[&[2, 1]]);
        check(&[named(1, 1, 7), named(2, 2, 7)], &[], &[&[1, 2]]);
        check(&[named(8, 1, 7), named(9, 2, 7)], &[], &[&[1, 2]]);
        // A file that is there does not become one that is gone.
        check(&[named(1, 2, 7)], &[gone(1, 7)], &[]);
        check(
            &[named(1, 3, 7), new(2)],
            &[gone(1, 7), gone(2, 7)],
            &[&[3, 2]],
        );
        check(&[new(1), place(2, None, 8)], &[gone(1, 7), gone(2, 8)], &[]);
        // One changed names with one whose folder was renamed meanwhile.
        check(&[named(1, 2, 7), new(2)], &[gone(1, 7)], &[&[1, 2]]);
    }

    #[test]
    fn a_track_whose_file_was_edited_stays_with_it_where_another_one_is_what_came() {
        let edited = |item, track| {
            let mut place = named(item, track, 7);
            place.sound = Some(vec![9]);
            place
        };
        // The new file is like the track that is gone, and the other one is still what was edited.
        check(&[edited(103, 3), place(1, None, 7)], &[gone(1, 7)], &[&[1]]);
        check(&[edited(103, 3), place(8, None, 7)], &[gone(1, 7)], &[&[1]]);
        // It is another song now, or the new file is more like it.
        check(&[edited(5, 3), place(1, None, 7)], &[gone(1, 7)], &[&[3]]);
        check(&[edited(103, 3), place(3, None, 7)], &[gone(1, 7)], &[&[3]]);
    }
}
