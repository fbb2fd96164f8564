//! What a batch comes to, decided before anything is written.

use std::collections::{BTreeSet, HashMap, HashSet};

use bridge_traits::database::SqlValue;

use super::albums::BatchAlbums;
use super::digest::{self, NOT_IN_FILE};
use super::identity;
use super::ids::Ids;
use super::record::{AppliedTrack, ArtistCredit, Outcome, TrackRecord};
use crate::db::WriteTx;
use crate::error::{LibraryError, Result};
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::touched;

/// What is to be done for a batch.
pub(super) struct Plan {
    /// Tracks to write.
    pub(super) changes: Vec<Change>,
    results: Vec<AppliedTrack>,
    /// Tracks that are back, with nothing about them changed.
    back: Vec<TrackId>,
    /// Tracks whose file no longer contains them.
    gone: Vec<AppliedTrack>,
    /// Tracks that their files do not contain, and that are not marked as such.
    not_in_file: Vec<TrackId>,
    former_albums: BTreeSet<i64>,
}

/// A track to write.
pub(super) struct Change {
    pub(super) id: TrackId,
    pub(super) is_new: bool,
    pub(super) digest: i64,
    /// The album's identity, and the digest of what the tags say of it.
    pub(super) album: Option<(String, i64)>,
    pub(super) credits: Vec<Credit>,
    pub(super) record: TrackRecord,
    result: usize,
}

/// An artist's part in a track or album.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    pub(super) role: String,
    pub(super) position: i64,
    pub(super) identity: String,
    pub(super) name: String,
    pub(super) sort_name: Option<String>,
}

struct Existing {
    id: i64,
    digest: i64,
    missing: bool,
    album_id: Option<i64>,
}

impl Plan {
    /// Compares the records with what is in the database.
    pub(super) async fn make(tx: &mut WriteTx, records: Vec<TrackRecord>) -> Result<Self> {
        let mut existing = existing(tx, &records).await?;
        let mut plan = Self {
            changes: Vec::new(),
            results: Vec::with_capacity(records.len()),
            back: Vec::new(),
            gone: Vec::new(),
            not_in_file: Vec::new(),
            former_albums: BTreeSet::new(),
        };
        let mut seen = HashSet::with_capacity(records.len());
        for record in records {
            let place = (record.item_id, record.part);
            if !seen.insert(place) {
                return Err(LibraryError::InvalidInput {
                    field: "records",
                    reason: format!("part {} of item {} is there twice", place.1, place.0),
                });
            }
            let row = existing.remove(&place);
            plan.add(record, row);
        }
        plan.not_in_file = existing
            .values()
            .filter(|row| row.digest != NOT_IN_FILE)
            .map(|row| TrackId(row.id))
            .collect();
        plan.gone = existing
            .into_iter()
            .filter(|(_, row)| !row.missing)
            .map(|((item_id, part), row)| AppliedTrack {
                item_id,
                part,
                track_id: TrackId(row.id),
                outcome: Outcome::Missing,
            })
            .collect();
        plan.gone.sort_by_key(|it| (it.item_id, it.part));
        Ok(plan)
    }

    fn add(&mut self, record: TrackRecord, row: Option<Existing>) {
        let album = record
            .album
            .as_ref()
            .and_then(|album| identity::of_album(album, &record.folder_key));
        let digest = digest::of_track(&record, album.as_deref());
        let outcome = match &row {
            None => Outcome::Added,
            Some(row) if row.missing => Outcome::Revived,
            Some(row) if row.digest == digest => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        };
        let id = TrackId(row.as_ref().map_or(0, |row| row.id));
        let result = self.results.len();
        self.results.push(AppliedTrack {
            item_id: record.item_id,
            part: record.part,
            track_id: id,
            outcome,
        });
        if let Some(row) = &row {
            if row.missing {
                self.back.push(id);
            }
            if row.digest == digest {
                return;
            }
            self.former_albums.extend(row.album_id);
        }
        let tags = record.album.as_ref().map(digest::of_album);
        self.changes.push(Change {
            id,
            is_new: row.is_none(),
            digest,
            album: album.zip(tags),
            credits: credits(&record),
            record,
            result,
        });
    }

    /// Gives new tracks their ids.
    pub(super) fn number(&mut self, ids: &mut Ids) {
        for change in self.changes.iter_mut().filter(|it| it.is_new) {
            change.id = TrackId(ids.track());
            self.results[change.result].track_id = change.id;
        }
    }

    /// Names the albums that a track of the batch is or was in.
    pub(super) fn touched_albums(&self, albums: &BatchAlbums) -> Vec<i64> {
        let mut touched = self.former_albums.clone();
        touched.extend(albums.ids());
        touched.into_iter().collect()
    }

    /// Names the albums that may be something else once the tracks are written.
    pub(super) fn unsettled_albums(&self, albums: &BatchAlbums) -> Vec<i64> {
        let mut unsettled = self.former_albums.clone();
        albums.ids().for_each(|it| {
            unsettled.remove(&it);
        });
        unsettled.extend(&albums.unsettled);
        unsettled.into_iter().collect()
    }

    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Writes what is back and what is gone, and tells the results.
    pub(super) async fn finish(self, tx: &mut WriteTx, now_ms: i64) -> Result<Vec<AppliedTrack>> {
        let mut results = self.results;
        let mut moved = self.back.clone();
        moved.extend(self.gone.iter().map(|it| it.track_id));
        touched::tracks(tx, &moved).await?;
        if !self.back.is_empty() {
            let back = id_list(self.back);
            tx.execute(
                "UPDATE track SET missing_since = NULL
                 WHERE id IN (SELECT value FROM json_each(?))",
                vec![back],
            )
            .await?;
        }
        if !self.not_in_file.is_empty() {
            tx.execute(
                "UPDATE track SET digest = ? WHERE id IN (SELECT value FROM json_each(?))",
                vec![NOT_IN_FILE.into(), id_list(self.not_in_file)],
            )
            .await?;
        }
        if !self.gone.is_empty() {
            let gone = id_list(self.gone.iter().map(|it| it.track_id));
            tx.execute(
                "UPDATE track SET missing_since = ? WHERE id IN (SELECT value FROM json_each(?))",
                vec![now_ms.into(), gone],
            )
            .await?;
            results.extend(self.gone);
        }
        Ok(results)
    }
}

async fn existing(
    tx: &mut WriteTx,
    records: &[TrackRecord],
) -> Result<HashMap<(i64, u32), Existing>> {
    let items: BTreeSet<i64> = records.iter().map(|it| it.item_id).collect();
    let items = items.into_iter().map(SqlValue::Integer);
    let rows = tx
        .query(
            "SELECT item_id, part, id, digest, missing_since IS NOT NULL, album_id FROM track
             WHERE item_id IN (SELECT value FROM json_each(?))",
            vec![id_list(items)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let existing = Existing {
                id: row.get(2)?,
                digest: row.get(3)?,
                missing: row.get(4)?,
                album_id: row.get(5)?,
            };
            Ok(((row.get(0)?, row.get(1)?), existing))
        })
        .collect()
}

/// Lists who is credited: role by role, without blank names, each artist once a role.
fn credits(record: &TrackRecord) -> Vec<Credit> {
    let artists = record.artists.iter().map(|credit| ("artist", credit));
    let others = record
        .roles
        .iter()
        .map(|(role, credit)| (role.as_str(), credit));
    credits_of(artists.chain(others))
}

/// Likewise, for any credits with their roles.
pub(super) fn credits_of<'a>(
    all: impl Iterator<Item = (&'a str, &'a ArtistCredit)>,
) -> Vec<Credit> {
    let mut credits: Vec<Credit> = Vec::new();
    for (role, credit) in all {
        let Some(identity) = identity::of_artist(credit) else {
            continue;
        };
        let mut of_role = credits.iter().filter(|it| it.role == role);
        if of_role.clone().any(|it| it.identity == identity) {
            continue;
        }
        let position = of_role.by_ref().count() as i64;
        credits.push(Credit {
            role: role.to_owned(),
            position,
            identity,
            name: credit.name.trim().to_owned(),
            sort_name: credit.sort_name.clone().filter(|it| !it.trim().is_empty()),
        });
    }
    credits
}
