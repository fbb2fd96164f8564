use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::{candidate, place, sound};
use super::*;
use Verdict::{IsNew, Stays, Waits};
use Whereabouts::{Gone, There, Unread};

/// Files of few sounds, so that many are alike, and candidates of all kinds.
fn world() -> impl Strategy<Value = (Vec<Place>, Vec<Candidate>)> {
    let file = (
        any::<bool>(),
        0..8_u32,
        any::<bool>(),
        0..6_u8,
        any::<bool>(),
    );
    let candidate = (0..8_u32, 0..3_u8);
    (
        prop::collection::vec(file, 0..12),
        prop::collection::vec(candidate, 0..8),
    )
        .prop_map(|(files, others)| {
            let places = (0..)
                .zip(files)
                .map(|(item, (had, is, named, kind, may_wait))| Place {
                    track: had.then(|| Bound {
                        id: TrackId(item),
                        // Of some it was never known.
                        sound: (kind != 1).then(|| sound(item as u32 % 8)),
                        missing: kind == 2,
                    }),
                    sound: (kind != 0).then(|| sound(is)),
                    named,
                    may_be_another: kind != 3,
                    may_wait,
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

fn others() -> impl Strategy<Value = Others> {
    prop::sample::select(vec![Others::Coming, Others::Unknown, Others::None])
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
        (places, candidates) in world(), others in others(),
    ) {
        let found = assign(&places, &candidates, others);
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
        (places, candidates) in world(), others in others(),
    ) {
        let found = assign(&places, &candidates, others);
        for (place, verdict) in places.iter().zip(&found.verdicts) {
            let Verdict::Takes(track) = verdict else { continue };
            let displaced = places.iter().find(|it| it.track_id() == Some(*track));
            let sound = match displaced {
                Some(other) => {
                    prop_assert!(!other.is_settled() && others != Others::Coming);
                    other.track.as_ref().and_then(|it| it.sound.clone())
                }
                None => {
                    let it = candidates.iter().find(|it| it.track == *track).expect("it is");
                    let last = !place.may_wait && others != Others::Coming && it.whereabouts == Unread;
                    prop_assert!(last || it.whereabouts == Gone);
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
        let found = assign(&places, &candidates, Others::None);
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
            let others = if all_read { Others::None } else { Others::Coming };
            let found = assign(&now, &all, others);
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
        let mut again = assign(&turned, &candidates, Others::None);
        again.verdicts.reverse();
        prop_assert_eq!(again.verdicts, found.verdicts);
    }

    #[test]
    fn songs_keep_their_tracks_though_some_files_are_read_by_a_later_sync_only(
        names in Just((0..30_u32).collect::<Vec<_>>()).prop_shuffle(),
        kept in prop::collection::vec(any::<bool>(), 20),
        new in prop::collection::vec(any::<bool>(), 20),
        unreadable in prop::collection::vec(any::<bool>(), 30),
    ) {
        // As above: song n was in file n and is in file names[n] now, or gone.
        let mut is: BTreeMap<u32, u32> = BTreeMap::new();
        for song in (0..20).filter(|song| kept[*song as usize]) {
            is.insert(names[song as usize], song);
        }
        for file in (0..20).filter(|file| new[*file as usize]) {
            is.entry(file).or_insert(100 + file);
        }
        let mut lies_in: BTreeMap<u32, Option<TrackId>> =
            (0..30).map(|file| (file, (file < 20).then(|| TrackId(file.into())))).collect();
        let mut gone: Vec<u32> = (0..20).filter(|file| !is.contains_key(file)).collect();
        gone.iter().for_each(|file| { lies_in.insert(*file, None); });
        let (later, mut due): (Vec<u32>, Vec<u32>) =
            is.keys().partition(|file| unreadable[**file as usize]);
        let mut fresh = 1_000;
        for others in [Others::Unknown, Others::None] {
            let others = if later.is_empty() { Others::None } else { others };
            let places: Vec<Place> = due
                .iter()
                .map(|file| Place {
                    track: lies_in[file].map(|id| Bound {
                        id,
                        sound: Some(sound(id.0 as u32)),
                        missing: false,
                    }),
                    ..place((*file).into(), None, is[file])
                })
                .collect();
            let unread = match others {
                Others::Unknown => later.as_slice(),
                _ => &[],
            };
            let unread = unread.iter().filter_map(|file| lies_in[file]);
            let candidates: Vec<Candidate> = gone
                .iter()
                .map(|song| candidate(*song, Gone))
                .chain(unread.map(|track| candidate(track.0 as u32, Unread)))
                .collect();
            let found = assign(&places, &candidates, others);
            let before = lies_in.clone();
            let mut waiting = Vec::new();
            for (file, verdict) in due.iter().zip(found.verdicts) {
                match verdict {
                    Waits => waiting.push(*file),
                    Stays if before[file].is_some() => {}
                    Stays | IsNew => {
                        lies_in.insert(*file, Some(TrackId(fresh)));
                        fresh += 1;
                    }
                    Verdict::Takes(track) => {
                        gone.retain(|it| TrackId((*it).into()) != track);
                        lies_in.values_mut().filter(|it| **it == Some(track)).for_each(|it| *it = None);
                        lies_in.insert(*file, Some(track));
                    }
                }
            }
            gone.extend(found.homeless.iter().map(|track| track.0 as u32));
            due = later.iter().copied().chain(waiting).collect();
        }
        for (file, song) in is.iter().filter(|(_, song)| **song < 20) {
            prop_assert_eq!(lies_in[file], Some(TrackId((*song).into())), "song {}", song);
        }
    }
}
