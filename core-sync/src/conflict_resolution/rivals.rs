//! New files of one sound, of which only some get a track that was there before: their tags tell which. Pure.

use std::collections::BTreeMap;

use core_library::model::TrackId;

use super::assignment::{Place, Verdict};
use super::twins::likest_first;

/// New files of one sound, and the tracks that fewer of them have got.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Rivals {
    /// The places, by their number, each with the track that it has got.
    pub(crate) places: Vec<(usize, Option<TrackId>)>,
}

/// Finds the sounds of new files that not all have got a track.
pub(crate) fn rivals(places: &[Place], verdicts: &[Verdict]) -> Vec<Rivals> {
    let mut groups: BTreeMap<&[u8], Rivals> = BTreeMap::new();
    for (at, (place, verdict)) in places.iter().zip(verdicts).enumerate() {
        let (Some(sound), None, 0) = (&place.sound, &place.track, place.part) else {
            continue;
        };
        let track = match verdict {
            Verdict::Takes(track) => Some(*track),
            Verdict::Stays => None,
            Verdict::IsNew | Verdict::Waits => continue,
        };
        groups.entry(sound).or_default().places.push((at, track));
    }
    let is_open = |it: &Rivals| {
        let got = it.tracks().count();
        0 < got && got < it.places.len()
    };
    groups.into_values().filter(is_open).collect()
}

impl Rivals {
    pub(crate) fn tracks(&self) -> impl Iterator<Item = TrackId> {
        self.places.iter().filter_map(|(_, track)| *track)
    }

    /// Shares the tracks out anew, each to a place that is most like it, so that the likest go first; tells what
    /// each place has. Where nothing tells two apart they stay as they are.
    pub(crate) fn shared_out(
        &self,
        likeness: impl Fn(usize, TrackId) -> u32,
    ) -> Vec<(usize, Option<TrackId>)> {
        let mut pairs = Vec::new();
        for (place, own) in &self.places {
            for track in self.tracks() {
                let stays = *own == Some(track);
                pairs.push((likeness(*place, track), stays, *place, track));
            }
        }
        let given = likest_first(pairs);
        let places = self.places.iter().map(|(place, _)| *place);
        places.map(|it| (it, given.get(&it).copied())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conflict_resolution::assignment::tests::{candidate, place};
    use crate::conflict_resolution::assignment::{Candidate, Others, Whereabouts, assign};

    /// Tells the tracks of all new files of the sound 7. A place is like the track of its number.
    #[track_caller]
    fn check(items: &[i64], gone: &[i64], expected: &[Option<i64>]) {
        let places: Vec<Place> = items.iter().map(|it| place(*it, None, 7)).collect();
        let gone = gone.iter().map(|track| Candidate {
            track: TrackId(*track),
            ..candidate(7, Whereabouts::Gone)
        });
        let gone: Vec<Candidate> = gone.collect();
        let verdicts = assign(&places, &gone, Others::None).verdicts;
        let found = rivals(&places, &verdicts);
        let like = |at: usize, track: TrackId| u32::from(places[at].item_id == track.0);
        let told = found.first().map(|it| it.shared_out(like));
        let told = told.unwrap_or_default().into_iter();
        let told: Vec<Option<i64>> = told.map(|(_, track)| Some(track?.0)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_file_that_is_most_like_a_track_gets_it() {
        check(&[1, 2], &[2], &[None, Some(2)]);
        check(&[2, 1], &[2], &[Some(2), None]);
        check(&[1, 2, 3], &[3, 2], &[None, Some(2), Some(3)]);
        // Nothing tells.
        check(&[1, 2], &[9], &[Some(9), None]);
        // Each has one, or none has.
        check(&[1, 2], &[2, 1], &[]);
        check(&[1, 2], &[], &[]);
    }
}
