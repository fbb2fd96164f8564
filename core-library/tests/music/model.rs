//! Random histories, against a library in memory that is written as simply as can be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use bridge_traits::database::SqlValue;
use core_library::WriteTx;
use core_library::model::{AlbumId, TrackId};
use core_library::repository::track_writer::{
    AlbumRecord, AppliedTrack, ArtistCredit, ArtworkRecord, Outcome, TrackRecord, TrackWriter,
};
use core_library::repository::{album, annotation, artwork, track};
use proptest::prelude::*;

use crate::counts;
use crate::fixture::{Music, credit};

const ITEMS: i64 = 6;
const ARTISTS: [&str; 5] = ["Zoe", "ZOE", "Adam", "!!!", "Zoe Adam"];

/// What a file says, in few enough ways that histories meet.
#[derive(Debug, Clone, PartialEq)]
struct Tags {
    title: u8,
    artist: usize,
    second: Option<usize>,
    composer: Option<usize>,
    album: Tagged,
    album_title: u8,
    genre: Option<u8>,
    /// What the artists are sorted by.
    sort_name: Option<u8>,
    label: Option<u8>,
    artwork: Option<u8>,
    parts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Tagged {
    None,
    WithArtist(usize),
    WithoutArtist,
    Musicbrainz(u8),
}

#[derive(Debug, Clone)]
enum Step {
    Apply(Vec<(i64, Tags)>),
    /// As `Apply`, but it does not happen.
    RollBack(Vec<(i64, Tags)>),
    MarkMissing(Vec<i64>),
    Revive(Vec<i64>),
    Sweep,
    NewWriter,
}

#[derive(Debug, Clone)]
struct Expected {
    id: TrackId,
    record: TrackRecord,
    missing: bool,
    /// Whether its file did not have it when it was read last.
    dropped: bool,
}

#[derive(Default)]
struct Model {
    tracks: BTreeMap<(i64, u32), Expected>,
    /// Whether tracks went or came back since the last sweep, which is when albums learn of it.
    unsettled: bool,
}

fn tags() -> impl Strategy<Value = Tags> {
    let album = prop_oneof![
        Just(Tagged::None),
        (0..3_usize).prop_map(Tagged::WithArtist),
        Just(Tagged::WithoutArtist),
        (0..2_u8).prop_map(Tagged::Musicbrainz),
    ];
    let artist = || 0..ARTISTS.len();
    (
        0..3_u8,
        artist(),
        prop::option::of(artist()),
        prop::option::of(artist()),
        album,
        0..3_u8,
        prop::option::of(0..3_u8),
        (
            prop::option::of(0..2_u8),
            prop::option::of(0..2_u8),
            prop::option::of(0..2_u8),
        ),
        1..3_u32,
    )
        .prop_map(
            |(title, artist, second, composer, album, album_title, genre, more, parts)| Tags {
                title,
                artist,
                second,
                composer,
                album,
                album_title,
                genre,
                sort_name: more.0,
                label: more.1,
                artwork: more.2,
                parts,
            },
        )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let batch = || prop::collection::vec((1..=ITEMS, tags()), 1..5);
    let items = || prop::collection::vec(1..=ITEMS, 1..4);
    let step = prop_oneof![
        6 => batch().prop_map(Step::Apply),
        2 => batch().prop_map(Step::RollBack),
        2 => items().prop_map(Step::MarkMissing),
        1 => items().prop_map(Step::Revive),
        1 => Just(Step::Sweep),
        1 => Just(Step::NewWriter),
    ];
    prop::collection::vec(step, 1..14)
}

fn records(batch: &[(i64, Tags)]) -> Vec<TrackRecord> {
    let mut seen = BTreeSet::new();
    batch
        .iter()
        .filter(|(item, _)| seen.insert(*item))
        .flat_map(|(item, tags)| (0..tags.parts).map(move |part| record(*item, part, tags)))
        .collect()
}

fn record(item: i64, part: u32, tags: &Tags) -> TrackRecord {
    let credit = |name: &str| ArtistCredit {
        sort_name: tags.sort_name.map(|it| format!("Sort{it}")),
        ..credit(name)
    };
    let artists = [Some(tags.artist), tags.second].into_iter().flatten();
    let title = format!("Album{}", tags.album_title);
    let album = match tags.album {
        Tagged::None => None,
        Tagged::WithArtist(artist) => Some((vec![credit(ARTISTS[artist])], None)),
        Tagged::WithoutArtist => Some((vec![], None)),
        // Some name the album's artist, some don't.
        Tagged::Musicbrainz(id) => Some((
            tags.second
                .map(|_| credit(ARTISTS[tags.artist]))
                .into_iter()
                .collect(),
            Some(format!("release-{id}")),
        )),
    };
    TrackRecord {
        item_id: item,
        part,
        folder_key: format!("folder{}", item % 2),
        title: format!("Title{}", tags.title),
        artists: artists.map(|it| credit(ARTISTS[it])).collect(),
        roles: tags
            .composer
            .map(|it| ("composer".into(), credit(ARTISTS[it])))
            .into_iter()
            .collect(),
        album: album.map(|(artists, musicbrainz_id)| AlbumRecord {
            title,
            artists,
            musicbrainz_id,
            label: tags.label.map(|it| format!("Label{it}")),
            ..Default::default()
        }),
        // No two are in one place, and what is read last is rarely the last of the album.
        track: Some(item as u32 * 4 + part),
        genres: tags
            .genre
            .map(|it| format!("Genre{it}"))
            .into_iter()
            .collect(),
        artwork: tags.artwork.map(|number| ArtworkRecord {
            hash: vec![number; 16],
            mime: "image/png".into(),
            bytes: 10,
            item_id: item,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Names what makes an album one, in words of this test.
fn album_of(record: &TrackRecord) -> Option<String> {
    let album = record.album.as_ref()?;
    Some(match (&album.musicbrainz_id, album.artists.first()) {
        (Some(id), _) => id.clone(),
        (None, Some(artist)) => format!("{} by {}", album.title, artist.name.to_lowercase()),
        (None, None) => format!("{} in {}", album.title, record.folder_key),
    })
}

fn names(record: &TrackRecord) -> Vec<String> {
    let credits = credits(record).into_iter();
    credits.map(|it| it.name.clone()).collect()
}

/// Gives a track's main artists, each once.
fn credits(record: &TrackRecord) -> Vec<&ArtistCredit> {
    let mut credits: Vec<&ArtistCredit> = Vec::new();
    for artist in &record.artists {
        let mut known = credits.iter();
        if !known.any(|it| it.name.eq_ignore_ascii_case(&artist.name)) {
            credits.push(artist);
        }
    }
    credits
}

/// Gives what most say; of several the first.
fn most(said: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    said.for_each(|it| *counts.entry(it).or_default() += 1);
    let most = counts
        .iter()
        .min_by_key(|it| (Reverse(*it.1), it.0.clone()));
    most.map(|it| it.0.clone())
}

impl Model {
    fn apply(&mut self, records: &[TrackRecord], applied: &[AppliedTrack]) {
        assert!(applied.len() >= records.len());
        let items: BTreeSet<i64> = records.iter().map(|it| it.item_id).collect();
        let gone: BTreeSet<(i64, u32)> = self
            .tracks
            .iter()
            .filter(|((item, part), track)| {
                let of_batch = records
                    .iter()
                    .any(|it| (it.item_id, it.part) == (*item, *part));
                items.contains(item) && !of_batch && !track.missing
            })
            .map(|(place, _)| *place)
            .collect();
        let told: BTreeSet<(i64, u32)> = applied[records.len()..]
            .iter()
            .inspect(|it| assert_eq!(it.outcome, Outcome::Missing))
            .map(|it| (it.item_id, it.part))
            .collect();
        assert_eq!(told, gone);
        for place in gone {
            self.tracks.get_mut(&place).unwrap().missing = true;
            self.unsettled = true;
        }
        for ((item, part), track) in &mut self.tracks {
            let of_batch = records
                .iter()
                .any(|it| (it.item_id, it.part) == (*item, *part));
            track.dropped |= items.contains(item) && !of_batch;
        }
        for (record, result) in records.iter().zip(applied) {
            let place = (record.item_id, record.part);
            assert_eq!((result.item_id, result.part), place);
            let before = self.tracks.get(&place);
            let expected = match before {
                None => Outcome::Added,
                Some(it) if it.missing => Outcome::Revived,
                Some(it) if it.record == *record => Outcome::Unchanged,
                Some(_) => Outcome::Updated,
            };
            assert_eq!(result.outcome, expected, "{place:?}");
            self.unsettled |= expected == Outcome::Revived;
            if let Some(before) = before {
                assert_eq!(result.track_id, before.id, "{place:?}");
            }
            let track = Expected {
                id: result.track_id,
                record: record.clone(),
                missing: false,
                dropped: false,
            };
            self.tracks.insert(place, track);
        }
        let ids: BTreeSet<TrackId> = self.tracks.values().map(|it| it.id).collect();
        assert_eq!(
            ids.len(),
            self.tracks.len(),
            "every track has an id of its own"
        );
    }

    fn set_missing(&mut self, items: &[i64], missing: bool) -> BTreeSet<TrackId> {
        let mut changed = BTreeSet::new();
        for ((item, _), track) in &mut self.tracks {
            let stays = track.dropped && !missing;
            if items.contains(item) && track.missing != missing && !stays {
                track.missing = missing;
                changed.insert(track.id);
            }
        }
        self.unsettled |= !changed.is_empty();
        changed
    }

    /// Compares everything that can be read.
    async fn check(&self, music: &Music) {
        let mut albums: BTreeMap<String, AlbumId> = BTreeMap::new();
        for (place, expected) in &self.tracks {
            let found = track::get(&music.library, expected.id).await.unwrap();
            let record = &expected.record;
            assert_eq!(Some(place.0), found.item_id);
            assert_eq!(found.title, record.title);
            assert_eq!(found.is_missing(), expected.missing, "{place:?}");
            assert_eq!(found.genres.len(), record.genres.len());
            let (main, rest): (Vec<_>, Vec<_>) =
                found.artists.iter().partition(|it| it.role == "artist");
            let main: Vec<_> = main.iter().map(|it| it.name.clone()).collect();
            assert_eq!(main, names(record), "{place:?}");
            assert_eq!(rest.len(), record.roles.len());
            assert_eq!(found.annotation.play_count, place.0 as u64 % 2, "{place:?}");
            let album = album_of(record);
            assert_eq!(found.album_id.is_some(), album.is_some());
            if let (Some(album), Some(id)) = (album, found.album_id) {
                assert_eq!(*albums.entry(album.clone()).or_insert(id), id, "{album}");
                if !self.unsettled {
                    assert_eq!(found.album.unwrap(), self.album(&album).title, "{album}");
                }
            }
        }
        let distinct: BTreeSet<AlbumId> = albums.values().copied().collect();
        assert_eq!(distinct.len(), albums.len(), "no two albums have merged");
        for (identity, id) in albums.iter().filter(|_| !self.unsettled) {
            let found = album::get(&music.library, *id).await.unwrap();
            assert_eq!(found.label, self.album(identity).label, "{identity}");
            let cover = match found.artwork {
                Some(id) => Some(artwork::get(&music.library, id).await.unwrap().hash),
                None => None,
            };
            assert_eq!(cover, self.cover(identity), "{identity}");
            let found: Vec<_> = found
                .artists
                .iter()
                .map(|it| it.name.to_lowercase())
                .collect();
            assert_eq!(found, self.album_artists(identity), "{identity}");
        }
    }

    /// Lists the tracks that say what an album is: those that are there, or all if none is.
    fn counted(&self, identity: &str) -> Vec<&TrackRecord> {
        let on_album = self.tracks.values();
        let on_album = on_album.filter(|it| album_of(&it.record).as_deref() == Some(identity));
        let (missing, there): (Vec<_>, Vec<_>) = on_album.partition(|it| it.missing);
        let counted = if there.is_empty() { missing } else { there };
        counted.into_iter().map(|it| &it.record).collect()
    }

    /// Says which image an album has: that of the first of its tracks that has one.
    fn cover(&self, identity: &str) -> Option<Vec<u8>> {
        let mut counted = self.counted(identity);
        counted.sort_by_key(|it| it.track);
        let mut images = counted.iter().filter_map(|it| it.artwork.as_ref());
        images.next().map(|it| it.hash.clone())
    }

    /// Says what an album is: of each value, what the first of its tracks gives that has one.
    fn album(&self, identity: &str) -> AlbumRecord {
        let mut counted = self.counted(identity);
        counted.sort_by_key(|it| it.track);
        let said: Vec<&AlbumRecord> = counted.iter().filter_map(|it| it.album.as_ref()).collect();
        let artists = said.iter().find(|it| !it.artists.is_empty());
        let mut artists = artists.map(|it| it.artists.clone()).unwrap_or_default();
        for artist in &mut artists {
            let all = said.iter().flat_map(|it| &it.artists);
            let mut same = all.filter(|it| it.name.eq_ignore_ascii_case(&artist.name));
            artist.sort_name = same.find_map(|it| it.sort_name.clone());
        }
        AlbumRecord {
            title: said[0].title.clone(),
            artists,
            label: said.iter().find_map(|it| it.label.clone()),
            ..Default::default()
        }
    }

    fn album_artists(&self, identity: &str) -> Vec<String> {
        let lower = |names: Vec<String>| names.iter().map(|it| it.to_lowercase()).collect();
        let own = self.album(identity).artists.into_iter();
        let own: Vec<_> = own.map(|it| it.name).collect();
        // Only of a folder's album they follow from the tracks.
        if !own.is_empty() || !identity.contains(" in ") {
            return lower(own);
        }
        let counted = self.counted(identity).into_iter();
        let mut of_tracks: BTreeSet<Vec<String>> = counted.map(|it| lower(names(it))).collect();
        match of_tracks.len() {
            1 => of_tracks.pop_first().unwrap(),
            _ => Vec::new(),
        }
    }

    /// Compares the words of every track in the search table.
    async fn check_words(&self, tx: &mut WriteTx) {
        let vocabulary = "CREATE VIRTUAL TABLE words USING fts5vocab(search, instance)";
        tx.execute(vocabulary, vec![]).await.unwrap();
        let sql = "SELECT doc, col, term FROM words";
        let mut found: BTreeMap<i64, BTreeSet<(String, String)>> = BTreeMap::new();
        for row in tx.query(sql, vec![]).await.unwrap() {
            let words = found.entry(row.get(0).unwrap()).or_default();
            words.insert((row.get(1).unwrap(), row.get(2).unwrap()));
        }
        for expected in self.tracks.values() {
            let mut words: BTreeSet<(String, String)> = BTreeSet::new();
            let mut add = |column: &str, text: &str| {
                for word in text.split(' ') {
                    let word = word.to_lowercase().replace('!', "\u{e021}");
                    words.insert((column.into(), word));
                }
            };
            let record = &expected.record;
            add("title", &record.title);
            record.artists.iter().for_each(|it| add("artist", &it.name));
            record.roles.iter().for_each(|it| add("extra", &it.1.name));
            if let Some(album) = album_of(record).map(|it| self.album(&it)) {
                add("album", &album.title);
                album.artists.iter().for_each(|it| add("artist", &it.name));
            }
            assert_eq!(found.remove(&expected.id.0), Some(words), "{record:?}");
        }
        assert_eq!(found, BTreeMap::new(), "words of no track");
    }

    async fn check_swept(&self, music: &Music) {
        let albums: BTreeSet<String> = self
            .tracks
            .values()
            .filter_map(|it| album_of(&it.record))
            .collect();
        let genres: BTreeSet<&String> = self
            .tracks
            .values()
            .flat_map(|it| &it.record.genres)
            .collect();
        let mut artists: BTreeSet<String> = BTreeSet::new();
        for track in self.tracks.values() {
            artists.extend(track.record.artists.iter().map(|it| it.name.to_lowercase()));
            artists.extend(track.record.roles.iter().map(|it| it.1.name.to_lowercase()));
            if let Some(album) = album_of(&track.record) {
                let of_album = self.album(&album).artists.into_iter();
                artists.extend(of_album.map(|it| it.name.to_lowercase()));
            }
        }
        for (table, count) in [
            ("album", albums.len()),
            ("album_search", albums.len()),
            ("genre", genres.len()),
            ("artist", artists.len()),
            ("artist_search", artists.len()),
        ] {
            let sql = format!("SELECT count(*) FROM (SELECT rowid FROM {table})");
            assert_eq!(music.count(&sql).await, count as i64, "{table}");
        }
        self.check_names(music).await;
    }

    /// Checks that artists are called and sorted as most credits say that are there.
    async fn check_names(&self, music: &Music) {
        let mut said: Vec<ArtistCredit> = Vec::new();
        let mut albums: BTreeSet<String> = BTreeSet::new();
        for track in self.tracks.values().filter(|it| !it.missing) {
            let record = &track.record;
            said.extend(credits(record).into_iter().cloned());
            said.extend(record.roles.iter().map(|it| it.1.clone()));
            albums.extend(album_of(record));
        }
        for album in &albums {
            let own = self.album(album).artists;
            if own.is_empty() && !self.album_artists(album).is_empty() {
                // All its tracks have the same artists, who are credited as on the first one.
                let counted = self.counted(album).into_iter();
                let first = counted.min_by_key(|it| it.track).unwrap();
                said.extend(names(first).iter().map(|it| credit(it)));
            }
            said.extend(own);
        }
        let sql = "SELECT name, sort_name FROM artist WHERE track_count > 0 OR album_count > 0";
        for row in music.library.query(sql, vec![]).await.unwrap() {
            let (name, sort_name): (String, Option<String>) =
                (row.get(0).unwrap(), row.get(1).unwrap());
            let of_artist = said.iter().filter(|it| it.name.eq_ignore_ascii_case(&name));
            let expected = most(of_artist.clone().map(|it| it.name.clone()));
            assert_eq!(Some(&name), expected.as_ref(), "of {said:?}");
            let expected = most(of_artist.filter_map(|it| it.sort_name.clone()));
            assert_eq!(sort_name, expected, "{name} of {said:?}");
        }
    }
}

async fn run(steps: Vec<Step>) {
    let mut music = Music::new().await;
    for item in 1..=ITEMS {
        music.file(item).await;
    }
    let mut model = Model::default();
    for step in steps.into_iter().chain([Step::Sweep]) {
        let mut tx = music.library.write().await.unwrap();
        match step {
            Step::Apply(batch) => {
                let records = records(&batch);
                let applied = music
                    .writer
                    .apply(&mut tx, records.clone(), 1)
                    .await
                    .unwrap();
                // Every file of an odd number is played once, when it is found.
                for it in applied.iter().filter(|it| it.outcome == Outcome::Added) {
                    if it.item_id % 2 == 1 {
                        annotation::played(&mut tx, it.track_id, 1).await.unwrap();
                    }
                }
                model.apply(&records, &applied);
                tx.commit().await.unwrap();
                music.writer.committed();
            }
            Step::RollBack(batch) => {
                music
                    .writer
                    .apply(&mut tx, records(&batch), 1)
                    .await
                    .unwrap();
                tx.rollback().await.unwrap();
                music.writer.rolled_back();
            }
            Step::MarkMissing(items) => {
                let changed = track::mark_missing(&mut tx, &items, 1).await.unwrap();
                let changed: BTreeSet<_> = changed.into_iter().collect();
                assert_eq!(changed, model.set_missing(&items, true));
                tx.commit().await.unwrap();
            }
            Step::Revive(items) => {
                let changed = track::revive(&mut tx, &items).await.unwrap();
                let changed: BTreeSet<_> = changed.into_iter().collect();
                assert_eq!(changed, model.set_missing(&items, false));
                tx.commit().await.unwrap();
            }
            Step::Sweep => {
                music.writer.sweep_orphans(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
                music.writer.committed();
                model.unsettled = false;
                model.check_swept(&music).await;
            }
            Step::NewWriter => music.writer = TrackWriter::new(),
        }
        model.check(&music).await;
        counts::check(&music.library).await;
    }
    let mut tx = music.library.write().await.unwrap();
    model.check_words(&mut tx).await;
    let broken = tx.query("PRAGMA foreign_key_check", vec![]).await.unwrap();
    assert_eq!(broken.len(), 0);
    for table in ["search", "album_search", "artist_search"] {
        let sql = format!("INSERT INTO {table}({table}) VALUES ('integrity-check')");
        tx.execute(&sql, Vec::<SqlValue>::new()).await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn any_history_leaves_what_the_simple_library_says(steps in steps()) {
        core_async::runtime::block_on(run(steps));
    }
}
