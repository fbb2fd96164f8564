//! What a person does with tracks: plays, ratings, favourites.

use bridge_traits::database::SqlValue;

use crate::db::WriteTx;
use crate::error::{LibraryError, Result};
use crate::model::TrackId;

/// Counts a play.
///
/// # Errors
/// `NotFound` if there is no such track.
pub async fn played(tx: &mut WriteTx, track: TrackId, at_ms: i64) -> Result<()> {
    set(
        tx,
        track,
        "INSERT INTO annotation(track_id, play_count, last_played_at)
         SELECT id, 1, ? FROM track WHERE id = ?
         ON CONFLICT(track_id) DO UPDATE SET play_count = play_count + 1,
             last_played_at = max(ifnull(last_played_at, excluded.last_played_at),
                                  excluded.last_played_at)",
        at_ms.into(),
    )
    .await
}

/// Rates a track from 0 to 100; `None` takes the rating back.
///
/// # Errors
/// `InvalidInput` for a rating over 100, `NotFound` if there is no such track.
pub async fn rate(tx: &mut WriteTx, track: TrackId, rating: Option<u8>) -> Result<()> {
    if let Some(rating) = rating.filter(|it| *it > 100) {
        return Err(LibraryError::InvalidInput {
            field: "rating",
            reason: format!("must be 0 to 100, not {rating}"),
        });
    }
    set(
        tx,
        track,
        "INSERT INTO annotation(track_id, rating) SELECT id, ? FROM track WHERE id = ?
         ON CONFLICT(track_id) DO UPDATE SET rating = excluded.rating",
        rating.into(),
    )
    .await
}

/// Makes a track a favourite since then; `None` makes it none. One that is a favourite already
/// stays so since its own time.
///
/// # Errors
/// `NotFound` if there is no such track.
pub async fn set_favourite(tx: &mut WriteTx, track: TrackId, since_ms: Option<i64>) -> Result<()> {
    set(
        tx,
        track,
        "INSERT INTO annotation(track_id, favourite_at) SELECT id, ? FROM track WHERE id = ?
         ON CONFLICT(track_id) DO UPDATE SET favourite_at = CASE
             WHEN excluded.favourite_at IS NULL THEN NULL
             ELSE ifnull(favourite_at, excluded.favourite_at) END",
        since_ms.into(),
    )
    .await
}

async fn set(tx: &mut WriteTx, track: TrackId, sql: &str, value: SqlValue) -> Result<()> {
    let done = tx.execute(sql, vec![value, track.into()]).await?;
    if done.rows_affected == 0 {
        return Err(LibraryError::not_found("track", track));
    }
    Ok(())
}
