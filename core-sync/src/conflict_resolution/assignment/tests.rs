use super::*;

pub(super) fn sound(number: u32) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// A file `item` that sounds like `is`, where a track of the same number as its sound was.
pub(in crate::conflict_resolution) fn place(item: i64, was: Option<u32>, is: u32) -> Place {
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
        may_wait: true,
    }
}

pub(in crate::conflict_resolution) fn candidate(track: u32, whereabouts: Whereabouts) -> Candidate {
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
        let found = assign(&places, &candidates, Others::None);
        assert_eq!(found.verdicts, *verdicts, "{what}");
        assert_eq!(found.homeless, homeless, "{what}");
    }
}

#[test]
fn before_all_is_read_a_file_with_a_track_waits_and_a_new_one_may_take_what_is_gone() {
    let places = [place(1, Some(1), 2), place(2, None, 3), place(3, None, 4)];
    let candidates = [candidate(3, Gone), candidate(4, Unread)];
    let found = assign(&places, &candidates, Others::Coming);
    assert_eq!(found.verdicts, [Waits, takes(3), Waits]);
}

#[test]
fn while_a_file_can_not_be_read_one_that_may_have_been_edited_waits() {
    /// Files as what they were and what they are; candidates; what comes of it; who is homeless.
    type Case<'a> = (
        &'a [(Option<u32>, u32)],
        &'a [(u32, Whereabouts)],
        &'a [Verdict],
        &'a [u32],
    );
    let cases: &[Case<'_>] = &[
        // What was here may be where nobody can read it.
        (&[(Some(1), 9)], &[], &[Waits], &[]),
        // It is not.
        (&[(Some(1), 1)], &[], &[Stays], &[]),
        (&[(None, 9)], &[], &[Stays], &[]),
        (&[(Some(1), 9), (None, 1)], &[], &[IsNew, takes(1)], &[]),
        (&[(Some(1), 2)], &[(2, Gone)], &[takes(2)], &[1]),
    ];
    for (files, candidates, verdicts, homeless) in cases {
        let places: Vec<Place> = (0..)
            .zip(*files)
            .map(|(item, (was, is))| place(item, *was, *is))
            .collect();
        let candidates: Vec<Candidate> = candidates
            .iter()
            .map(|(track, whereabouts)| candidate(*track, *whereabouts))
            .collect();
        let homeless: Vec<TrackId> = homeless.iter().map(|it| TrackId((*it).into())).collect();
        let found = assign(&places, &candidates, Others::Unknown);
        assert_eq!(found.verdicts, *verdicts, "{files:?}");
        assert_eq!(found.homeless, homeless, "{files:?}");
    }
}

#[test]
fn at_its_last_attempt_a_file_waits_for_none_and_takes_what_it_sounds_like() {
    let last = |was, is| Place {
        may_wait: false,
        ..place(1, was, is)
    };
    /// A file; candidates; what comes of it; who is homeless.
    type Case<'a> = (Place, &'a [(u32, Whereabouts)], Verdict, &'a [u32]);
    let cases: &[Case<'_>] = &[
        (last(Some(1), 9), &[], Stays, &[]),
        (last(Some(1), 2), &[(2, Unread)], takes(2), &[1]),
        (last(None, 2), &[(2, Unread)], takes(2), &[]),
        (last(Some(1), 2), &[(2, There)], Stays, &[]),
    ];
    for (place, candidates, verdict, homeless) in cases {
        let candidates: Vec<Candidate> = candidates
            .iter()
            .map(|(track, whereabouts)| candidate(*track, *whereabouts))
            .collect();
        let homeless: Vec<TrackId> = homeless.iter().map(|it| TrackId((*it).into())).collect();
        let found = assign(std::slice::from_ref(place), &candidates, Others::Unknown);
        assert_eq!(found.verdicts, [*verdict], "{place:?}");
        assert_eq!(found.homeless, homeless, "{place:?}");
    }
}

#[test]
fn where_keys_are_ids_a_file_keeps_its_track_whatever_it_sounds_like() {
    let places = [(1, 2), (2, 1)].map(|(was, is)| Place {
        may_be_another: false,
        ..place(was.into(), Some(was), is)
    });
    for others in [Others::Coming, Others::Unknown, Others::None] {
        assert_eq!(assign(&places, &[], others).verdicts, [Stays, Stays]);
    }
}

#[test]
fn a_track_that_was_put_where_it_never_belonged_gives_way() {
    let stray = Place {
        named: false,
        ..place(1, Some(1), 9)
    };
    let found = assign(&[stray], &[], Others::None);
    assert_eq!(
        (found.verdicts, found.homeless),
        (vec![IsNew], vec![TrackId(1)])
    );
}
