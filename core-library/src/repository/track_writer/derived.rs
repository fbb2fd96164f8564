//! What follows from other rows, written anew where those changed.

use std::collections::HashMap;

use bridge_traits::BoxFuture;
use bridge_traits::database::{Row, SqlValue};

use super::albums::{self, AlbumText, LINKS, WORDS as ALBUM_WORDS};
use super::identity::FOLDER_ALBUM;
use super::tracks::{TrackText, WORDS};
use crate::db::WriteTx;
use crate::error::Result;
use crate::model::TrackId;
use crate::repository::sql::id_list;
use crate::repository::track::ON_ALBUM;

/// Derives what albums have from their tracks: the cover, whether they are compilations, and the artists if tags name
/// none. Of an album of which some tracks are there, the missing ones count for nothing.
pub(super) fn refresh_albums<'a>(
    tx: &'a mut WriteTx,
    albums: &'a [i64],
) -> BoxFuture<'a, Result<()>> {
    // Boxed, as the others here: the machine code of a future is made in each crate that awaits it.
    Box::pin(derive_albums(tx, albums))
}

async fn derive_albums(tx: &mut WriteTx, albums: &[i64]) -> Result<()> {
    if albums.is_empty() {
        return Ok(());
    }
    let ids = id_list(albums.iter().copied());
    let order = ON_ALBUM.join(", ");
    let sql = format!(
        "UPDATE album SET artwork_id = n.artwork_id FROM (
             SELECT a.id, (SELECT t.artwork_id FROM track t LEFT JOIN remote_item i ON i.id = t.item_id
                 WHERE t.album_id = a.id AND t.artwork_id IS NOT NULL
                     AND (t.missing_since IS NULL OR a.track_count = 0)
                 ORDER BY {order} LIMIT 1) AS artwork_id
             FROM album a WHERE a.id IN (SELECT value FROM json_each(?))) AS n
         WHERE album.id = n.id AND album.artwork_id IS NOT n.artwork_id RETURNING id"
    );
    for row in &tx.query(&sql, vec![ids.clone()]).await? {
        tx.touched.covers.insert(row.get(0)?);
    }
    tx.execute(
        "UPDATE album SET compilation = n.compilation FROM (
             SELECT t.album_id, max(t.compilation) AS compilation FROM track t
             WHERE t.album_id IN (SELECT value FROM json_each(?)) AND t.missing_since IS NULL
             GROUP BY t.album_id) AS n
         WHERE album.id = n.album_id AND album.compilation <> n.compilation",
        vec![ids.clone()],
    )
    .await?;
    refresh_folder_albums(tx, ids).await
}

/// Gives albums that name no artist those that all their tracks share.
async fn refresh_folder_albums(tx: &mut WriteTx, albums: SqlValue) -> Result<()> {
    let rows = tx
        .query(
            "SELECT id, title, sort_title, artist_display, identity FROM album
             WHERE id IN (SELECT value FROM json_each(?))",
            vec![albums],
        )
        .await?;
    let mut folder_albums = Vec::new();
    for row in &rows {
        if row.get::<String>(4)?.starts_with(FOLDER_ALBUM) {
            folder_albums.push(row);
        }
    }
    if folder_albums.is_empty() {
        return Ok(());
    }
    let ids: Result<Vec<i64>, _> = folder_albums.iter().map(|row| row.get(0)).collect();
    let ids = ids?;
    let shared = shared_artists(tx, id_list(ids.iter().copied())).await?;

    let (mut links, mut words) = (Vec::new(), Vec::new());
    for row in folder_albums {
        let id: i64 = row.get(0)?;
        let artists = shared.get(&id).map_or(&[][..], Vec::as_slice);
        let text = AlbumText::new(
            &row.get::<String>(1)?,
            row.get::<Option<String>>(2)?.as_deref(),
            row.get::<Option<String>>(3)?.as_deref(),
            artists.iter().map(|(_, name)| name.clone()),
        );
        let names = text.artist_text();
        let title = text.title.into_text();
        words.push(vec![id.into(), title.into(), names.into()]);
        tx.touched.artists.extend(artists.iter().map(|it| it.0));
        for (position, (artist, name)) in artists.iter().enumerate() {
            let position = position as i64;
            let name = name.as_str();
            links.push(vec![
                id.into(),
                position.into(),
                (*artist).into(),
                name.into(),
                SqlValue::Null,
            ]);
        }
    }
    albums::forget_credits(tx, &ids).await?;
    tx.insert_rows(LINKS, 5, links, "").await?;
    tx.insert_rows(ALBUM_WORDS, 3, words, "").await?;
    Ok(())
}

/// Lists the artists of albums all of whose tracks have the same ones, in the same order.
async fn shared_artists(
    tx: &mut WriteTx,
    albums: SqlValue,
) -> Result<HashMap<i64, Vec<(i64, String)>>> {
    let order = ON_ALBUM.join(", ");
    let sql = format!(
        "SELECT t.album_id, t.id, a.artist_id, a.name FROM track t
         LEFT JOIN remote_item i ON i.id = t.item_id
         LEFT JOIN track_artist a ON a.track_id = t.id AND a.role = 'artist'
         WHERE t.album_id IN (SELECT value FROM json_each(?))
             AND (t.missing_since IS NULL OR NOT EXISTS (SELECT 1 FROM track o
                 WHERE o.album_id = t.album_id AND o.missing_since IS NULL))
         ORDER BY t.album_id, {order}, a.position"
    );
    let rows = tx.query(&sql, vec![albums]).await?;
    let mut shared: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    let of_track = |row: &Row| -> Option<(i64, i64)> { Some((row.get(0).ok()?, row.get(1).ok()?)) };
    for track in rows.chunk_by(|left, right| of_track(left) == of_track(right)) {
        let mut artists = Vec::new();
        for row in track {
            if let (Some(artist), Some(name)) = (row.get(2)?, row.get(3)?) {
                artists.push((artist, name));
            }
        }
        let album = shared.entry(track[0].get(0)?);
        album
            .and_modify(|it| {
                if !it.iter().map(|it| it.0).eq(artists.iter().map(|it| it.0)) {
                    it.clear();
                }
            })
            .or_insert(artists);
    }
    Ok(shared)
}

/// Writes the search text of all tracks of albums anew.
pub(super) async fn refresh_tracks_of(tx: &mut WriteTx, albums: &[i64]) -> Result<()> {
    if albums.is_empty() {
        return Ok(());
    }
    let rows = tx
        .query(
            "SELECT id FROM track WHERE album_id IN (SELECT value FROM json_each(?))",
            vec![id_list(albums.iter().copied())],
        )
        .await?;
    let tracks: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(0)).collect();
    for tracks in tracks?.chunks(1000) {
        refresh_tracks(tx, id_list(tracks.iter().copied())).await?;
    }
    Ok(())
}

/// Writes the search text of tracks anew, from what is in the database.
pub(crate) fn refresh_tracks(tx: &mut WriteTx, tracks: SqlValue) -> BoxFuture<'_, Result<()>> {
    Box::pin(derive_tracks(tx, tracks))
}

async fn derive_tracks(tx: &mut WriteTx, tracks: SqlValue) -> Result<()> {
    let condition = "id IN (SELECT album_id FROM track
             WHERE id IN (SELECT value FROM json_each(?)))";
    let albums = albums::texts(tx, condition, tracks.clone()).await?;
    let albums: HashMap<i64, AlbumText> =
        albums.into_iter().map(|(id, _, text)| (id, text)).collect();
    let credits = names(
        tx,
        "SELECT track_id, role, name FROM track_artist
         WHERE track_id IN (SELECT value FROM json_each(?)) ORDER BY track_id, role, position",
        tracks.clone(),
    )
    .await?;
    let rows = tx
        .query(
            "SELECT id, title, sort_title, disc_subtitle, artist_display, album_id FROM track
             WHERE id IN (SELECT value FROM json_each(?))",
            vec![tracks.clone()],
        )
        .await?;
    let mut words = Vec::with_capacity(rows.len());
    for row in &rows {
        let text = |column| row.get::<Option<String>>(column);
        let id: i64 = row.get(0)?;
        let mut track = TrackText::new(
            &row.get::<String>(1)?,
            text(2)?.as_deref(),
            text(3)?.as_deref(),
            text(4)?.as_deref(),
        );
        let credits = credits.get(&id).into_iter().flatten();
        track.add_credits(credits.map(|(role, name)| (role.as_str(), name.as_str())));
        let album: Option<i64> = row.get(5)?;
        track.add_album(album.and_then(|id| albums.get(&id)));
        words.push(track.into_row(TrackId(id)));
    }
    let forget = "DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))";
    tx.execute(forget, vec![tracks]).await?;
    tx.insert_rows(WORDS, 5, words, "").await?;
    Ok(())
}

/// Reads roles and names by the id that they hang on.
async fn names(
    tx: &mut WriteTx,
    sql: &str,
    ids: SqlValue,
) -> Result<HashMap<i64, Vec<(String, String)>>> {
    let mut names: HashMap<i64, Vec<(String, String)>> = HashMap::new();
    for row in &tx.query(sql, vec![ids]).await? {
        let name = (row.get(1)?, row.get(2)?);
        names.entry(row.get(0)?).or_default().push(name);
    }
    Ok(names)
}
