use std::collections::BTreeMap;

use super::*;

fn sound(number: u32) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// A file `item` that sounds like `is`, where a track of the same number as its sound was.
fn place(item: i64, was: Option<u32>, is: u32) -> Place {
    Place {
        item_id: item,
        part: 0,
        sound: Some(sound(is)),
        track: was.map(|was| Bound {
            id: TrackId(was.into()),
            sound: Some(sound(was)),
            missing: false,
        }),
        named: true,
        may_be_another: true,
    }
}

fn candidate(track: u32, whereabouts: Whereabouts) -> Candidate {
    Candidate {
        track: TrackId(track.into()),
        sound: sound(track),
        whereabouts,
    }
}

fn takes(track: u32) -> Verdict {
    Verdict::Takes(TrackId(track.into()))
}

use Verdict::{IsNew, Stays, Waits};
use Whereabouts::{Gone, There, Unread};

#[test]
fn each_case_has_its_verdict() {
    /// Files as what they were and what they are; candidates; what comes of it; who is homeless.
    type Case<'a> = (
        &'a str,
        &'a [(Option<u32>, u32)],
        &'a [(u32, Whereabouts)],
        &'a [Verdict],
        &'a [u32],
    );
    let cases: &[Case<'_>] = &[
        ("retagged", &[(Some(1), 1)], &[], &[Stays], &[]),
        ("edited", &[(Some(1), 9)], &[], &[Stays], &[]),
        ("new", &[(None, 9)], &[], &[Stays], &[]),
        ("moved", &[(None, 1)], &[(1, Gone)], &[takes(1)], &[]),
        ("copied", &[(None, 1)], &[(1, There)], &[Stays], &[]),
        (
            "changed names",
            &[(Some(1), 2), (Some(2), 1)],
            &[],
            &[takes(2), takes(1)],
            &[],
        ),
        (
            "moved up by one, and the first one is new",
            &[(Some(1), 9), (Some(2), 1), (Some(3), 2), (None, 3)],
            &[],
            &[IsNew, takes(1), takes(2), takes(3)],
            &[],
        ),
        (
            "moved up by one over the last one",
            &[(Some(2), 1), (Some(3), 2)],
            &[(1, Gone)],
            &[takes(1), takes(2)],
            &[3],
        ),
        (
            "moved down by one over the first one",
            &[(Some(1), 2), (Some(2), 3)],
            &[(3, Gone)],
            &[takes(2), takes(3)],
            &[1],
        ),
        (
            "changed names with a file that can't be read",
            &[(Some(1), 2)],
            &[(2, Unread)],
            &[Waits],
            &[],
        ),
        (
            "two of one sound, one of which was there",
            &[(Some(1), 7), (None, 1), (None, 1)],
            &[],
            &[IsNew, takes(1), Stays],
            &[],
        ),
    ];
    for (what, files, candidates, verdicts, homeless) in cases {
        let places: Vec<Place> = (0..)
            .zip(*files)
            .map(|(item, (was, is))| place(item, *was, *is))
            .collect();
        let candidates: Vec<Candidate> = candidates
            .iter()
            .map(|(track, whereabouts)| candidate(*track, *whereabouts))
            .collect();
        let homeless: Vec<TrackId> = homeless.iter().map(|it| TrackId((*it).into())).collect();
        let found = assign(&places, &candidates, true);
        assert_eq!(found.verdicts, *verdicts, "{what}");
        assert_eq!(found.homeless, homeless, "{what}");
    }
}

#[test]
fn before_all_is_read_a_file_with_a_track_waits_and_a_new_one_may_take_what_is_gone() {
    let places = [place(1, Some(1), 2), place(2, None, 3), place(3, None, 4)];
    let candidates = [candidate(3, Gone), candidate(4, Unread)];
    let found = assign(&places, &candidates, false);
    assert_eq!(found.verdicts, [Waits, takes(3), Waits]);
}

#[test]
fn where_keys_are_ids_a_file_keeps_its_track_whatever_it_sounds_like() {
    let places = [(1, 2), (2, 1)].map(|(was, is)| Place {
        may_be_another: false,
        ..place(was.into(), Some(was), is)
    });
    for all_read in [false, true] {
        assert_eq!(assign(&places, &[], all_read).verdicts, [Stays, Stays]);
    }
}

#[test]
fn a_track_that_was_put_where_it_never_belonged_gives_way() {
    let stray = Place {
        named: false,
        ..place(1, Some(1), 9)
    };
    let found = assign(&[stray], &[], true);
    assert_eq!(
        (found.verdicts, found.homeless),
        (vec![IsNew], vec![TrackId(1)])
    );
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use super::*;
    use proptest::prelude::*;

    /// Files of few sounds, so that many are alike, and candidates of all kinds.
    fn world() -> impl Strategy<Value = (Vec<Place>, Vec<Candidate>)> {
        let file = (any::<bool>(), 0..8_u32, any::<bool>(), 0..6_u8);
        let candidate = (0..8_u32, 0..3_u8);
        (
            prop::collection::vec(file, 0..12),
            prop::collection::vec(candidate, 0..8),
        )
            .prop_map(|(files, others)| {
                let places = (0..)
                    .zip(files)
                    .map(|(item, (had, is, named, kind))| Place {
                        track: had.then(|| Bound {
                            id: TrackId(item),
                            // Of some it was never known.
                            sound: (kind != 1).then(|| sound(item as u32 % 8)),
                            missing: kind == 2,
                        }),
                        sound: (kind != 0).then(|| sound(is)),
                        named,
                        may_be_another: kind != 3,
                        ..place(item, None, is)
                    });
                let candidates = (100..).zip(others).map(|(track, (of, kind))| Candidate {
                    track: TrackId(track),
                    sound: sound(of),
                    whereabouts: [Gone, Unread, There][usize::from(kind)],
                });
                (places.collect(), candidates.collect())
            })
    }

    /// Where each track is afterwards, as far as it is anywhere.
    fn homes(places: &[Place], assignment: &Assignment) -> BTreeMap<TrackId, Vec<i64>> {
        let mut homes: BTreeMap<TrackId, Vec<i64>> = BTreeMap::new();
        let taken: HashSet<TrackId> = assignment
            .verdicts
            .iter()
            .filter_map(|it| match it {
                Verdict::Takes(track) => Some(*track),
                _ => None,
            })
            .collect();
        for (place, verdict) in places.iter().zip(&assignment.verdicts) {
            let track = match verdict {
                Verdict::Takes(track) => Some(*track),
                IsNew => None,
                Stays | Waits => place.track_id().filter(|it| !taken.contains(it)),
            };
            if let Some(track) = track {
                homes.entry(track).or_default().push(place.item_id);
            }
        }
        homes
    }

    proptest! {
        #[test]
        fn no_track_is_in_two_files_and_none_is_forgotten(
            (places, candidates) in world(), all_read in any::<bool>(),
        ) {
            let found = assign(&places, &candidates, all_read);
            prop_assert_eq!(found.verdicts.len(), places.len());
            let homes = homes(&places, &found);
            for (track, files) in &homes {
                prop_assert_eq!(files.len(), 1, "{:?} is in {:?}", track, files);
                prop_assert!(!found.homeless.contains(track));
            }
            for track in places.iter().filter_map(Place::track_id) {
                let known = homes.contains_key(&track) || found.homeless.contains(&track);
                prop_assert!(known, "{:?} is forgotten", track);
            }
        }

        #[test]
        fn who_takes_a_track_sounds_like_it_and_it_was_to_be_had(
            (places, candidates) in world(), all_read in any::<bool>(),
        ) {
            let found = assign(&places, &candidates, all_read);
            for (place, verdict) in places.iter().zip(&found.verdicts) {
                let Verdict::Takes(track) = verdict else { continue };
                let displaced = places.iter().find(|it| it.track_id() == Some(*track));
                let sound = match displaced {
                    Some(other) => {
                        prop_assert!(!other.is_settled() && all_read);
                        other.track.as_ref().and_then(|it| it.sound.clone())
                    }
                    None => {
                        let it = candidates.iter().find(|it| it.track == *track).expect("it is");
                        prop_assert_eq!(it.whereabouts, Gone);
                        Some(it.sound.clone())
                    }
                };
                prop_assert_eq!(&sound, &place.sound);
            }
        }

        #[test]
        fn whatever_names_songs_of_their_own_sound_get_their_tracks_follow(
            names in Just((0..30_u32).collect::<Vec<_>>()).prop_shuffle(),
            kept in prop::collection::vec(any::<bool>(), 20),
            new in prop::collection::vec(any::<bool>(), 20),
            batch in 1..8_usize,
        ) {
            // Song n was in file n and is in file names[n] now, or gone; some files hold new songs,
            // and the last ones were not there.
            let mut is: BTreeMap<u32, u32> = BTreeMap::new();
            for song in 0..20 {
                if kept[song as usize] {
                    is.insert(names[song as usize], song);
                }
            }
            for file in 0..20 {
                if new[file as usize] {
                    is.entry(file).or_insert(100 + file);
                }
            }
            let places: Vec<Place> = is
                .iter()
                .map(|(file, song)| {
                    let was = (*file < 20).then_some(*file);
                    place((*file).into(), was, *song)
                })
                .collect();
            let gone = (0..20).filter(|file| !is.contains_key(file));
            let candidates: Vec<Candidate> = gone.map(|file| candidate(file, Gone)).collect();
            let found = assign(&places, &candidates, true);
            let homes = homes(&places, &found);
            for (file, song) in &is {
                if *song < 20 {
                    let home = homes.get(&TrackId((*song).into()));
                    prop_assert_eq!(home, Some(&vec![i64::from(*file)]), "song {}", song);
                }
            }
            // And in whichever batches they are read.
            let mut waiting: Vec<Place> = Vec::new();
            let mut homes: BTreeMap<u32, i64> = BTreeMap::new();
            let mut rest: VecDeque<Place> = places.clone().into();
            while !rest.is_empty() || !waiting.is_empty() {
                let batch: Vec<Place> = rest.drain(..rest.len().min(batch)).collect();
                let all_read = rest.is_empty();
                let mut now = if all_read { std::mem::take(&mut waiting) } else { vec![] };
                now.extend(batch);
                // Whatever lies in a file that is not settled yet counts as not read.
                let unread = rest.iter().chain(&waiting).chain(&now);
                let unread = unread.filter_map(|it| it.track.as_ref());
                let seen = unread.map(|it| candidate(it.id.0 as u32, Unread));
                let all: Vec<Candidate> = candidates.iter().cloned().chain(seen).collect();
                let found = assign(&now, &all, all_read);
                for (place, verdict) in now.into_iter().zip(found.verdicts) {
                    match verdict {
                        Waits => waiting.push(place),
                        Verdict::Takes(track) => {
                            homes.insert(track.0 as u32, place.item_id);
                        }
                        Stays if place.track.is_some() && place.is_settled() => {
                            homes.insert(is[&(place.item_id as u32)], place.item_id);
                        }
                        Stays | IsNew => {}
                    }
                }
            }
            for (file, song) in &is {
                if *song < 20 {
                    prop_assert_eq!(homes.get(song), Some(&i64::from(*file)), "song {}", song);
                }
            }
            // And in whichever order they are looked at.
            let mut turned = places.clone();
            turned.reverse();
            let mut again = assign(&turned, &candidates, true);
            again.verdicts.reverse();
            prop_assert_eq!(again.verdicts, found.verdicts);
        }
    }
}
