//! What a person does with tracks: plays, ratings, favourites.

use std::collections::HashMap;

use bridge_traits::database::SqlValue;

use super::json_row;
use super::paging::PageQuery;
use super::sql::id_list;
use super::track;
use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor, Play, Track, TrackId};

/// Counts a play and notes its time.
///
/// # Errors
/// `NotFound` if there is no such track.
pub async fn played(tx: &mut WriteTx, track: TrackId, at_ms: i64) -> Result<()> {
    count_play(tx, track, at_ms).await?;
    tx.execute(
        "INSERT INTO play(track_id, played_at) VALUES (?, ?)",
        vec![track.into(), at_ms.into()],
    )
    .await?;
    Ok(())
}

/// Lists plays, the latest first.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn history(
    library: &Library,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Play>> {
    let keys = &["p.played_at", "p.id"];
    let query = PageQuery::new("plays", "play p", "p", keys, true);
    let mut tx = library.read().await?;
    let page = query.read(&mut tx, after, limit).await?;
    let rows: Vec<(i64, i64, i64)> = json_row::read(
        &mut tx,
        "json_array(id, track_id, played_at)",
        "FROM play WHERE id IN (SELECT value FROM json_each(?))",
        vec![id_list(page.ids.iter().copied())],
    )
    .await?;
    let plays = rows.into_iter().map(|it| (it.0, (TrackId(it.1), it.2)));
    let plays: HashMap<i64, (TrackId, i64)> = plays.collect();
    let tracks: Vec<TrackId> = plays.values().map(|it| it.0).collect();
    let tracks = track::load(&mut tx, &tracks).await?;
    let tracks: HashMap<TrackId, Track> = tracks.into_iter().map(|it| (it.id, it)).collect();
    let play = |id: &i64| {
        let (track, at_ms) = plays.get(id)?;
        Some(Play {
            track: tracks.get(track)?.clone(),
            at_ms: *at_ms,
        })
    };
    Ok(Page {
        items: page.ids.iter().filter_map(play).collect(),
        next: page.next,
    })
}

async fn count_play(tx: &mut WriteTx, track: TrackId, at_ms: i64) -> Result<()> {
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
