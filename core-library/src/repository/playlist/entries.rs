//! The entries of playlists.
//!
//! Positions have gaps, so that a few entries go between two others without touching the rest. When
//! a gap is used up, the positions of the whole list are written anew.

use std::collections::{HashMap, HashSet};

use bridge_traits::BoxStream;
use bridge_traits::database::SqlValue;

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor, PlaylistEntry, PlaylistEntryId, PlaylistId, Track, TrackId};
use crate::repository::json_row;
use crate::repository::paging::{PageQuery, stream_pages};
use crate::repository::sql::id_list;
use crate::repository::track;
use crate::smart_playlist;

/// The distance between neighbours when positions are given out.
const GAP: i64 = 1 << 20;

/// A place in a playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all entries.
    First,
    /// After this entry.
    After(PlaylistEntryId),
    /// After all entries.
    Last,
}

/// Adds tracks in this order and gives their entries. A track may be there already.
///
/// # Errors
/// `NotFound` if the playlist, the entry that the place names or a track does not exist; `InvalidInput` for a
/// smart playlist.
pub async fn add(
    tx: &mut WriteTx,
    playlist: PlaylistId,
    tracks: &[TrackId],
    place: Place,
) -> Result<Vec<PlaylistEntryId>> {
    let now = tx.now_ms();
    touch(tx, playlist).await?;
    check_tracks(tx, tracks).await?;
    let positions = positions(tx, playlist, place, tracks.len(), &[]).await?;
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'playlist_entry'";
    let last = position(tx, sql, vec![]).await?.unwrap_or(0);
    let added: Vec<PlaylistEntryId> = (1..=tracks.len() as i64)
        .map(|at| PlaylistEntryId(last + at))
        .collect();
    let rows = added.iter().zip(tracks).zip(positions);
    let rows = rows.map(|((id, track), position)| {
        vec![
            (*id).into(),
            playlist.into(),
            position.into(),
            (*track).into(),
            now.into(),
        ]
    });
    let head = "INSERT INTO playlist_entry(id, playlist_id, position, track_id, added_at)";
    tx.insert_rows(head, 5, rows, "").await?;
    Ok(added)
}

/// Moves entries to a place, where they stand in the order given.
///
/// # Errors
/// `NotFound` if the playlist has no such entry; `InvalidInput` if one is named twice or is to
/// stand after itself.
pub async fn move_entries(
    tx: &mut WriteTx,
    playlist: PlaylistId,
    entries: &[PlaylistEntryId],
    place: Place,
) -> Result<()> {
    touch(tx, playlist).await?;
    let moved: HashSet<PlaylistEntryId> = entries.iter().copied().collect();
    let after_itself = matches!(place, Place::After(entry) if moved.contains(&entry));
    if moved.len() < entries.len() || after_itself {
        return Err(LibraryError::InvalidInput {
            field: "entries",
            reason: "an entry is named twice".into(),
        });
    }
    let rows = tx
        .query(
            "SELECT id FROM playlist_entry
             WHERE playlist_id = ? AND id IN (SELECT value FROM json_each(?))",
            vec![playlist.into(), id_list(entries.iter().copied())],
        )
        .await?;
    let there: Result<HashSet<PlaylistEntryId>, _> = rows.iter().map(|row| row.get(0)).collect();
    let there = there?;
    if let Some(lost) = entries.iter().find(|it| !there.contains(it)) {
        return Err(LibraryError::not_found("playlist entry", lost));
    }
    let positions = positions(tx, playlist, place, entries.len(), entries).await?;
    for (entry, position) in entries.iter().zip(positions) {
        tx.execute(
            "UPDATE playlist_entry SET position = ? WHERE id = ?",
            vec![position.into(), (*entry).into()],
        )
        .await?;
    }
    Ok(())
}

/// Removes entries and tells how many were there.
///
/// # Errors
/// `NotFound` if there is no such playlist.
pub async fn remove_entries(
    tx: &mut WriteTx,
    playlist: PlaylistId,
    entries: &[PlaylistEntryId],
) -> Result<u64> {
    touch(tx, playlist).await?;
    let done = tx
        .execute(
            "DELETE FROM playlist_entry
             WHERE playlist_id = ? AND id IN (SELECT value FROM json_each(?))",
            vec![playlist.into(), id_list(entries.iter().copied())],
        )
        .await?;
    Ok(done.rows_affected)
}

/// Lists a page of entries in order, those of missing tracks included. The entries of a smart playlist are
/// what its rules give now.
///
/// # Errors
/// `NotFound` if there is no such playlist; `InvalidInput` for a limit that is not 1 to
/// [`MAX_PAGE`](crate::repository::MAX_PAGE) and for a cursor of another list.
pub async fn entries(
    library: &Library,
    playlist: PlaylistId,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<PlaylistEntry>> {
    let mut tx = library.read().await?;
    if let Some(definition) = smart_playlist::definition_in(&mut tx, playlist).await? {
        let now = library.now_ms();
        let page = smart_playlist::page_in(&mut tx, &definition, now, after, limit).await?;
        let entry = |track: Track| PlaylistEntry {
            id: PlaylistEntryId(track.id.0),
            added_at: track.added_at,
            track,
        };
        return Ok(Page {
            items: page.items.into_iter().map(entry).collect(),
            next: page.next,
        });
    }
    let keys = &["e.position", "e.id"];
    let mut query = PageQuery::new("entries", "playlist_entry e", "e", keys, false);
    query.and("e.playlist_id = ?", vec![playlist.into()]);
    let page = query.read(&mut tx, after, limit).await?;
    let rows: Vec<(i64, i64, i64)> = json_row::read(
        &mut tx,
        "json_array(id, track_id, added_at)",
        "FROM playlist_entry WHERE id IN (SELECT value FROM json_each(?))",
        vec![id_list(page.ids.iter().copied())],
    )
    .await?;
    let found = rows.into_iter().map(|it| (it.0, (TrackId(it.1), it.2)));
    let found: HashMap<i64, (TrackId, i64)> = found.collect();
    let ids: Vec<TrackId> = found.values().map(|(track, _)| *track).collect();
    let tracks: HashMap<TrackId, Track> = track::load(&mut tx, &ids)
        .await?
        .into_iter()
        .map(|track| (track.id, track))
        .collect();
    let entry = |id: &i64| {
        let (track, added_at) = found.get(id)?;
        Some(PlaylistEntry {
            id: PlaylistEntryId(*id),
            track: tracks.get(track)?.clone(),
            added_at: *added_at,
        })
    };
    Ok(Page {
        items: page.ids.iter().filter_map(entry).collect(),
        next: page.next,
    })
}

/// Streams all entries in order, a page at a time underneath.
pub fn stream_entries(
    library: &Library,
    playlist: PlaylistId,
) -> BoxStream<'static, Result<PlaylistEntry>> {
    let library = library.clone();
    stream_pages(move |after| {
        let library = library.clone();
        Box::pin(async move { entries(&library, playlist, after.as_ref(), 200).await })
    })
}

/// Notes that an ordinary playlist changes.
async fn touch(tx: &mut WriteTx, playlist: PlaylistId) -> Result<()> {
    let now = tx.now_ms();
    let done = tx
        .execute(
            "UPDATE playlist SET updated_at = ? WHERE id = ? AND rules IS NULL",
            vec![now.into(), playlist.into()],
        )
        .await?;
    if done.rows_affected == 0 {
        let sql = "SELECT id FROM playlist WHERE id = ?";
        let there = tx.query(sql, vec![playlist.into()]).await?;
        super::found(playlist, there.len() as u64)?;
        return Err(LibraryError::InvalidInput {
            field: "playlist",
            reason: format!("{playlist} is a smart playlist; its rules say what is in it"),
        });
    }
    Ok(())
}

async fn check_tracks(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<()> {
    let rows = tx
        .query(
            "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM track) LIMIT 1",
            vec![id_list(tracks.iter().copied())],
        )
        .await?;
    match rows.first() {
        Some(row) => Err(LibraryError::not_found("track", row.get::<TrackId>(0)?)),
        None => Ok(()),
    }
}

/// Gives out `count` positions at a place, as if the entries in `moving` were not there.
async fn positions(
    tx: &mut WriteTx,
    playlist: PlaylistId,
    place: Place,
    count: usize,
    moving: &[PlaylistEntryId],
) -> Result<Vec<i64>> {
    let count = count as i64;
    for renumbered in [false, true] {
        let (before, after) = neighbours(tx, playlist, place, moving).await?;
        let step = match (before, after) {
            (Some(before), Some(after)) => (after - before) / (count + 1),
            _ => GAP,
        };
        if step > 0 || renumbered {
            let first = match (before, after) {
                (Some(before), _) => before + step,
                (None, Some(after)) => after - step * count,
                (None, None) => 0,
            };
            return Ok((0..count).map(|at| first + at * step).collect());
        }
        renumber(tx, playlist, count).await?;
    }
    Ok(Vec::new())
}

/// Reads the positions on both sides of a place.
async fn neighbours(
    tx: &mut WriteTx,
    playlist: PlaylistId,
    place: Place,
    moving: &[PlaylistEntryId],
) -> Result<(Option<i64>, Option<i64>)> {
    let moving = id_list(moving.iter().copied());
    let before = match place {
        Place::First => None,
        Place::After(entry) => {
            let sql = "SELECT position FROM playlist_entry WHERE id = ? AND playlist_id = ?";
            let before = position(tx, sql, vec![entry.into(), playlist.into()]).await?;
            Some(before.ok_or_else(|| LibraryError::not_found("playlist entry", entry))?)
        }
        Place::Last => {
            let sql = "SELECT position FROM playlist_entry WHERE playlist_id = ?
                 AND id NOT IN (SELECT value FROM json_each(?))
                 ORDER BY position DESC, id DESC LIMIT 1";
            return Ok((
                position(tx, sql, vec![playlist.into(), moving]).await?,
                None,
            ));
        }
    };
    let sql = "SELECT position FROM playlist_entry WHERE playlist_id = ? AND position > ?
         AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY position, id LIMIT 1";
    let params = vec![playlist.into(), before.unwrap_or(i64::MIN).into(), moving];
    Ok((before, position(tx, sql, params).await?))
}

async fn position(tx: &mut WriteTx, sql: &str, params: Vec<SqlValue>) -> Result<Option<i64>> {
    let rows = tx.query(sql, params).await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?)
}

/// Writes all positions anew, wide enough apart for `room` entries between any two.
async fn renumber(tx: &mut WriteTx, playlist: PlaylistId, room: i64) -> Result<()> {
    tx.execute(
        "UPDATE playlist_entry SET position = n.position FROM (
             SELECT id, row_number() OVER (ORDER BY position, id) * ? AS position
             FROM playlist_entry WHERE playlist_id = ?) AS n
         WHERE playlist_entry.id = n.id",
        vec![GAP.max(room + 1).into(), playlist.into()],
    )
    .await?;
    Ok(())
}
