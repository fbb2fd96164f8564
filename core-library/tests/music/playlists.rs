//! Playlists keep their order whatever happens to the tracks.

use core_library::LibraryError;
use core_library::model::{PlaylistEntryId, PlaylistId, TrackId};
use core_library::repository::playlist::{self, Place};
use core_library::repository::track;
use futures::TryStreamExt;
use proptest::prelude::*;

use crate::fixture::{Music, record};

async fn music() -> (Music, Vec<TrackId>, PlaylistId) {
    let mut music = Music::new().await;
    let records = (1..=4).map(|item| record(item, &format!("t{item}"), "x", "y"));
    let tracks = music.apply(records.collect()).await;
    let tracks = tracks.into_iter().map(|it| it.track_id).collect();
    let mut tx = music.library.write().await.unwrap();
    let list = playlist::create(&mut tx, " Mine ", None).await.unwrap();
    tx.commit().await.unwrap();
    (music, tracks, list)
}

async fn entries(music: &Music, list: PlaylistId) -> Vec<(PlaylistEntryId, TrackId)> {
    let entries = playlist::stream_entries(&music.library, list);
    let entries: Vec<_> = entries.try_collect().await.unwrap();
    entries.into_iter().map(|it| (it.id, it.track.id)).collect()
}

#[core_async::test]
async fn a_track_may_stand_in_a_list_twice_and_missing_ones_stay() {
    let (music, tracks, list) = music().await;
    let mut tx = music.library.write().await.unwrap();
    let twice = [tracks[0], tracks[1], tracks[0]];
    playlist::add(&mut tx, list, &twice, Place::Last)
        .await
        .unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    tx.commit().await.unwrap();
    let order: Vec<_> = entries(&music, list)
        .await
        .into_iter()
        .map(|it| it.1)
        .collect();
    assert_eq!(order, twice);
    let page = playlist::entries(&music.library, list, None, 2)
        .await
        .unwrap();
    assert!(page.items[0].track.is_missing());
    let rest = playlist::entries(&music.library, list, page.next.as_ref(), 2)
        .await
        .unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
}

#[core_async::test]
async fn playlists_are_made_renamed_listed_and_deleted() {
    let (music, tracks, list) = music().await;
    let mut tx = music.library.write().await.unwrap();
    playlist::add(&mut tx, list, &tracks, Place::Last)
        .await
        .unwrap();
    let other = playlist::create(&mut tx, "mine", Some("again"))
        .await
        .unwrap();
    playlist::rename(&mut tx, list, "Zebra").await.unwrap();
    let blank = playlist::create(&mut tx, " ", None).await.unwrap_err();
    assert!(matches!(
        blank,
        LibraryError::InvalidInput { field: "name", .. }
    ));
    tx.commit().await.unwrap();
    let page = playlist::page(&music.library, None, 10).await.unwrap();
    let names: Vec<_> = page
        .items
        .iter()
        .map(|it| (it.name.as_str(), it.entry_count.unwrap()))
        .collect();
    assert_eq!(names, [("mine", 0), ("Zebra", 4)]);
    let mut tx = music.library.write().await.unwrap();
    playlist::delete(&mut tx, other).await.unwrap();
    assert!(playlist::delete(&mut tx, other).await.is_err());
    assert!(playlist::rename(&mut tx, other, "x").await.is_err());
    tx.commit().await.unwrap();
    let gone = playlist::entries(&music.library, other, None, 10).await;
    assert!(matches!(gone, Err(LibraryError::NotFound { .. })));
    let mut tx = music.library.write().await.unwrap();
    let lost = playlist::add(&mut tx, list, &[TrackId(99)], Place::Last)
        .await
        .unwrap_err();
    assert_eq!(lost.to_string(), "track 99 does not exist");
    let entry = PlaylistEntryId(99);
    assert!(
        playlist::add(&mut tx, list, &tracks, Place::After(entry))
            .await
            .is_err()
    );
    assert!(
        playlist::move_entries(&mut tx, list, &[entry], Place::First)
            .await
            .is_err()
    );
    let new = playlist::create(&mut tx, "new", None).await.unwrap();
    assert!(new > other, "an id is never given out again");
    tx.commit().await.unwrap();
    assert_eq!(
        playlist::get(&music.library, list).await.unwrap().name,
        "Zebra"
    );
}

#[derive(Debug, Clone)]
enum Edit {
    Add(Vec<usize>, usize),
    Move(Vec<usize>, usize),
    Remove(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let places = || 0..20_usize;
    let edit = prop_oneof![
        (prop::collection::vec(0..4_usize, 0..4), places()).prop_map(|(it, at)| Edit::Add(it, at)),
        (prop::collection::vec(places(), 0..4), places()).prop_map(|(it, at)| Edit::Move(it, at)),
        places().prop_map(Edit::Remove),
    ];
    prop::collection::vec(edit, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn edits_do_what_they_do_to_a_list_in_memory(edits in edits()) {
        core_async::runtime::block_on(async {
            let (music, tracks, list) = music().await;
            let mut model: Vec<(PlaylistEntryId, TrackId)> = Vec::new();
            let mut tx = music.library.write().await.unwrap();
            for edit in edits {
                // 0: first, then after each entry; beyond: last.
                let place = |at: usize, model: &[(PlaylistEntryId, TrackId)]| match at {
                    0 => (Place::First, 0),
                    at if at <= model.len() => (Place::After(model[at - 1].0), at),
                    _ => (Place::Last, model.len()),
                };
                match edit {
                    Edit::Add(picks, at) => {
                        let (place, at) = place(at, &model);
                        let picks: Vec<_> = picks.into_iter().map(|it| tracks[it]).collect();
                        let added = playlist::add(&mut tx, list, &picks, place).await.unwrap();
                        model.splice(at..at, added.into_iter().zip(picks));
                    }
                    Edit::Move(picks, at) => {
                        let (place, at) = place(at, &model);
                        let mut moved = Vec::new();
                        for pick in picks {
                            if let Some(it) = model.get(pick) && !moved.contains(it) {
                                moved.push(*it);
                            }
                        }
                        let ids: Vec<_> = moved.iter().map(|it| it.0).collect();
                        let done = playlist::move_entries(&mut tx, list, &ids, place).await;
                        if matches!(place, Place::After(entry) if ids.contains(&entry)) {
                            assert!(done.is_err());
                            continue;
                        }
                        done.unwrap();
                        let head: Vec<_> =
                            model[..at].iter().filter(|it| !moved.contains(it)).copied().collect();
                        let tail: Vec<_> =
                            model[at..].iter().filter(|it| !moved.contains(it)).copied().collect();
                        model = [head, moved, tail].concat();
                    }
                    Edit::Remove(at) => {
                        if at < model.len() {
                            let (id, _) = model.remove(at);
                            let gone = playlist::remove_entries(&mut tx, list, &[id]).await.unwrap();
                            assert_eq!(gone, 1);
                        }
                    }
                }
            }
            tx.commit().await.unwrap();
            assert_eq!(entries(&music, list).await, model);
        });
    }
}

#[core_async::test]
async fn a_place_takes_more_entries_than_its_gap() {
    let (music, tracks, list) = music().await;
    let mut tx = music.library.write().await.unwrap();
    let ends = playlist::add(&mut tx, list, &tracks[..2], Place::Last)
        .await
        .unwrap();
    let mut expected = Vec::new();
    for at in 0..60 {
        let track = tracks[at % 4];
        let added = playlist::add(&mut tx, list, &[track], Place::After(ends[0]))
            .await
            .unwrap();
        expected.insert(0, added[0]);
    }
    tx.commit().await.unwrap();
    let order: Vec<_> = entries(&music, list)
        .await
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(order[1..61], expected);
    assert_eq!((order[0], order[61]), (ends[0], ends[1]));
}
