//! What the tags of tracks say of their albums.

use std::collections::{BTreeMap, HashMap, HashSet};

use bridge_traits::BoxFuture;
use serde::{Deserialize, Serialize};

use super::identity::{musicbrainz, of_artist};
use super::record::{AlbumRecord, ArtistCredit};
use crate::db::{WriteTx, json_list};
use crate::error::Result;
use crate::model::PartialDate;
use crate::repository::sql::{from_json, id_list};

/// What a track's tags say of its album, or all of its tracks together. Blank values are none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AlbumTags {
    pub(super) title: String,
    pub(super) sort_title: Option<String>,
    pub(super) artists: Vec<ArtistTag>,
    pub(super) artist_display: Option<String>,
    pub(super) date: Option<String>,
    pub(super) original_date: Option<String>,
    pub(super) release_types: Vec<String>,
    pub(super) label: Option<String>,
    pub(super) catalog_number: Option<String>,
    pub(super) barcode: Option<String>,
    /// Of the release, if it is not what identifies the album.
    pub(super) musicbrainz_id: Option<String>,
    pub(super) release_group_id: Option<String>,
}

/// An album artist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArtistTag {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    musicbrainz_id: Option<String>,
}

impl AlbumTags {
    pub(super) fn of(record: &AlbumRecord) -> Self {
        let text = |it: &Option<String>| it.clone().filter(|it| !it.trim().is_empty());
        let date = |it: &Option<String>| {
            let date = it.as_deref().and_then(PartialDate::lenient);
            date.map(|it| it.as_str().to_owned())
        };
        let artists = record.artists.iter().filter(|it| of_artist(it).is_some());
        let release_id = record.musicbrainz_id.as_deref();
        let release_id = release_id.filter(|_| record.key.ignores_release_id);
        Self {
            title: record.title.trim().to_owned(),
            sort_title: text(&record.sort_title),
            artists: artists.map(ArtistTag::of).collect(),
            artist_display: text(&record.artist_display),
            date: date(&record.date),
            original_date: date(&record.original_date),
            release_types: record.release_types.clone(),
            label: text(&record.label),
            catalog_number: text(&record.catalog_number),
            barcode: text(&record.barcode),
            musicbrainz_id: musicbrainz(release_id),
            release_group_id: text(&record.release_group_id),
        }
    }

    /// Adds what a track says that comes later on the album, where those before it say nothing.
    pub(super) fn add(&mut self, later: &Self) {
        let Self {
            title,
            sort_title,
            artists,
            artist_display,
            date,
            original_date,
            release_types,
            label,
            catalog_number,
            barcode,
            musicbrainz_id,
            release_group_id,
        } = later;
        if self.artists.is_empty() {
            // Artists are shown as the track that names them does it.
            if !artists.is_empty() || self.artist_display.is_none() {
                self.artist_display.clone_from(artist_display);
            }
            self.artists.clone_from(artists);
        }
        for artist in self.artists.iter_mut().filter(|it| it.sort_name.is_none()) {
            let identity = of_artist(&artist.credit());
            let mut sorted = artists.iter().filter(|it| it.sort_name.is_some());
            let same = sorted.find(|it| of_artist(&it.credit()) == identity);
            artist.sort_name = same.and_then(|it| it.sort_name.clone());
        }
        if self.title.is_empty() {
            self.title.clone_from(title);
        }
        if self.release_types.is_empty() {
            self.release_types.clone_from(release_types);
        }
        for (known, given) in [
            (&mut self.sort_title, sort_title),
            (&mut self.date, date),
            (&mut self.original_date, original_date),
            (&mut self.label, label),
            (&mut self.catalog_number, catalog_number),
            (&mut self.barcode, barcode),
            (&mut self.musicbrainz_id, musicbrainz_id),
            (&mut self.release_group_id, release_group_id),
        ] {
            if known.is_none() {
                known.clone_from(given);
            }
        }
    }

    pub(super) fn credits(&self) -> Vec<ArtistCredit> {
        self.artists.iter().map(ArtistTag::credit).collect()
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("it has only texts and lists of texts")
    }
}

impl ArtistTag {
    fn of(credit: &ArtistCredit) -> Self {
        let ArtistCredit {
            name,
            sort_name,
            musicbrainz_id,
        } = credit.clone();
        Self {
            name,
            sort_name: sort_name.filter(|it| !it.trim().is_empty()),
            musicbrainz_id,
        }
    }

    fn credit(&self) -> ArtistCredit {
        let Self {
            name,
            sort_name,
            musicbrainz_id,
        } = self.clone();
        ArtistCredit {
            name,
            sort_name,
            musicbrainz_id,
        }
    }
}

/// Finds those of some albums whose tracks don't all say the same of it, or didn't when it was looked at last.
pub(super) async fn disagreeing(tx: &mut WriteTx, albums: Vec<i64>) -> Result<Vec<i64>> {
    if albums.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT album_id FROM album_tags WHERE album_id IN (SELECT value FROM json_each(?))
             GROUP BY album_id HAVING count(*) > 1";
    let rows = tx.query(sql, vec![id_list(albums)]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Tells what the tracks of albums say of them together: of each value, what the first track on the album says that
/// has one. Missing tracks count where there are no others. What no track says any more is forgotten.
pub(super) fn of_albums<'a>(
    tx: &'a mut WriteTx,
    albums: &'a [i64],
) -> BoxFuture<'a, Result<BTreeMap<i64, AlbumTags>>> {
    // Boxed: the machine code of a future is made in each crate that awaits it.
    Box::pin(put_together(tx, albums))
}

async fn put_together(tx: &mut WriteTx, albums: &[i64]) -> Result<BTreeMap<i64, AlbumTags>> {
    let ids = id_list(albums.iter().copied());
    let sql = "SELECT album_id, digest, tags FROM album_tags
             WHERE album_id IN (SELECT value FROM json_each(?))";
    let mut said: HashMap<(i64, i64), AlbumTags> = HashMap::new();
    for row in &tx.query(sql, vec![ids.clone()]).await? {
        said.insert((row.get(0)?, row.get(1)?), from_json(row, 2)?);
    }
    // Tracks of one place are told apart by what they say, which is the same in every library.
    let sql = "SELECT album_id, album_tags, missing_since IS NOT NULL AS missing FROM track
             WHERE album_id IN (SELECT value FROM json_each(?)) AND album_tags IS NOT NULL
             ORDER BY album_id, missing, ifnull(disc, 1), ifnull(track, 0), album_tags";
    let mut together: BTreeMap<i64, (bool, AlbumTags)> = BTreeMap::new();
    let mut counted = HashSet::new();
    let mut used = HashSet::new();
    for row in &tx.query(sql, vec![ids]).await? {
        let (album, digest, missing): (i64, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = (album, digest);
        used.insert(key);
        let Some(tags) = said.get(&key) else { continue };
        let (of_missing, all) = together
            .entry(album)
            .or_insert_with(|| (missing, AlbumTags::default()));
        if *of_missing == missing && counted.insert(key) {
            all.add(tags);
        }
    }
    // Albums without tracks are what they were, and so are their rows.
    let is_unused = |it: &(i64, i64)| together.contains_key(&it.0) && !used.contains(it);
    let unused: Vec<(i64, i64)> = said.into_keys().filter(is_unused).collect();
    if !unused.is_empty() {
        tx.execute(
            "DELETE FROM album_tags WHERE (album_id, digest) IN (
                 SELECT value ->> 0, value ->> 1 FROM json_each(?))",
            vec![json_list(&unused)],
        )
        .await?;
    }
    let together = together.into_iter();
    Ok(together.map(|(album, (_, all))| (album, all)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_counts_and_artists_bring_how_they_are_shown() {
        let tags = |artists: &[&str], display: Option<&str>, label: Option<&str>| {
            AlbumTags::of(&AlbumRecord {
                title: "Album".into(),
                artists: artists
                    .iter()
                    .map(|name| ArtistCredit {
                        name: (*name).to_owned(),
                        ..ArtistCredit::default()
                    })
                    .collect(),
                artist_display: display.map(Into::into),
                label: label.map(Into::into),
                ..AlbumRecord::default()
            })
        };
        let together = |all: &[AlbumTags]| {
            let mut together = AlbumTags::default();
            all.iter().for_each(|it| together.add(it));
            together
        };
        let all = [
            tags(&[], Some("Nobody"), Some(" ")),
            tags(&["A", " "], None, Some("L")),
            tags(&["B"], Some("B"), Some("M")),
        ];
        assert_eq!(together(&all), tags(&["A"], None, Some("L")));
        assert_eq!(together(&all[..1]), tags(&[], Some("Nobody"), None));
        let read: AlbumTags = serde_json::from_str(&all[1].to_json()).unwrap();
        assert_eq!(read, all[1]);
    }
}
