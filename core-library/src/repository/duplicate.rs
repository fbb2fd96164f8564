//! Tracks of one provider that sound the same, and what was decided about them.
//!
//! Of such tracks one may stand for the others. These are set aside: out of the lists as if they were
//! missing, though their files are there. What a person made of them goes to the one that stands for them:
//! their places in playlists, plays, ratings. Should its file go, one of them takes its place again.

mod decide;
mod groups;
mod upkeep;

pub use decide::{Keep, decide};
pub use groups::{
    DuplicateGroup, GroupCursor, SetAside, aside, groups, groups_of, has_noted, note, noted,
};
pub use upkeep::{Upkeep, has_any, keep_up, release};

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::Result;
use crate::model::{PlaylistId, TrackId};
use crate::repository::sql::id_list;
use crate::repository::touched;

/// Gives all that a person made of some tracks to another one; tells which playlists changed.
async fn move_what_was_made(
    tx: &mut WriteTx,
    from: &[TrackId],
    to: TrackId,
) -> Result<Vec<PlaylistId>> {
    let list = || id_list(from.iter().copied());
    let rows = tx
        .query(
            "SELECT DISTINCT playlist_id FROM playlist_entry
             WHERE track_id IN (SELECT value FROM json_each(?)) ORDER BY playlist_id",
            vec![list()],
        )
        .await?;
    let playlists: Vec<PlaylistId> = rows
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect::<Result<_>>()?;
    for (sql, params) in [
        (
            "UPDATE playlist_entry SET track_id = ?
             WHERE track_id IN (SELECT value FROM json_each(?))",
            vec![to.into(), list()],
        ),
        (
            "UPDATE play SET track_id = ? WHERE track_id IN (SELECT value FROM json_each(?))",
            vec![to.into(), list()],
        ),
        (
            "INSERT INTO annotation(track_id, play_count, last_played_at, rating, favourite_at)
             SELECT ?, sum(play_count), max(last_played_at), max(rating), min(favourite_at)
             FROM annotation WHERE track_id IN (SELECT value FROM json_each(?)) HAVING count(*) > 0
             ON CONFLICT(track_id) DO UPDATE SET play_count = play_count + excluded.play_count,
                 last_played_at = nullif(max(ifnull(last_played_at, 0),
                                             ifnull(excluded.last_played_at, 0)), 0),
                 rating = ifnull(rating, excluded.rating),
                 favourite_at = ifnull(favourite_at, excluded.favourite_at)",
            vec![to.into(), list()],
        ),
        (
            "DELETE FROM annotation WHERE track_id IN (SELECT value FROM json_each(?))",
            vec![list()],
        ),
    ] {
        tx.execute(sql, params).await?;
    }
    Ok(playlists)
}

/// Sets tracks aside for another one; tells which playlists changed.
async fn set_aside(
    tx: &mut WriteTx,
    tracks: &[TrackId],
    kept: TrackId,
    by_person: bool,
) -> Result<Vec<PlaylistId>> {
    let now: SqlValue = tx.now_ms().into();
    let list = || id_list(tracks.iter().copied());
    touched::tracks(tx, tracks).await?;
    touched::tracks(tx, &[kept]).await?;
    let playlists = move_what_was_made(tx, tracks, kept).await?;
    // Those that were set aside for one of them are for the same one now.
    tx.execute(
        "UPDATE duplicate SET kept_id = ? WHERE kept_id IN (SELECT value FROM json_each(?))",
        vec![kept.into(), list()],
    )
    .await?;
    let rows = tracks
        .iter()
        .map(|track| vec![(*track).into(), kept.into(), by_person.into(), now.clone()]);
    tx.insert_rows(
        "INSERT OR REPLACE INTO duplicate(track_id, kept_id, by_person, decided_at)",
        4,
        rows,
        "",
    )
    .await?;
    tx.execute(
        "UPDATE track SET missing_since = ifnull(missing_since, ?)
         WHERE id IN (SELECT value FROM json_each(?))",
        vec![now, list()],
    )
    .await?;
    Ok(playlists)
}

/// Puts tracks that were set aside into the lists again.
async fn bring_back(tx: &mut WriteTx, tracks: &[TrackId]) -> Result<()> {
    touched::tracks(tx, tracks).await?;
    tx.execute(
        "UPDATE track SET missing_since = NULL WHERE id IN (SELECT value FROM json_each(?))",
        vec![id_list(tracks.iter().copied())],
    )
    .await?;
    Ok(())
}
