//! Smart playlists kept, changed and read.

use bridge_traits::database::SqlValue;

use super::{SmartPlaylist, compile};
use crate::db::{Library, Tx, WriteTx};
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor, PlaylistId, Track, TrackId};
use crate::repository::paging::check_limit;
use crate::repository::{playlist, track};

/// Makes a smart playlist.
///
/// # Errors
/// `InvalidInput` for a blank name.
pub async fn create(
    tx: &mut WriteTx,
    name: &str,
    comment: Option<&str>,
    definition: &SmartPlaylist,
) -> Result<PlaylistId> {
    let id = playlist::create(tx, name, comment).await?;
    set(tx, id, definition).await?;
    Ok(id)
}

/// Gives a smart playlist other rules.
///
/// # Errors
/// `NotFound` if there is no such playlist, `InvalidInput` if it is an ordinary one.
pub async fn set_definition(
    tx: &mut WriteTx,
    id: PlaylistId,
    definition: &SmartPlaylist,
) -> Result<()> {
    let rows = tx.query(RULES, vec![id.into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("playlist", id))?;
    row.get::<Option<String>>(0)?.ok_or_else(|| ordinary(id))?;
    set(tx, id, definition).await
}

async fn set(tx: &mut WriteTx, id: PlaylistId, definition: &SmartPlaylist) -> Result<()> {
    let now = tx.now_ms();
    tx.execute(
        "UPDATE playlist SET rules = ?, updated_at = ? WHERE id = ?",
        vec![definition.to_json().into(), now.into(), id.into()],
    )
    .await?;
    Ok(())
}

const RULES: &str = "SELECT rules FROM playlist WHERE id = ?";

/// Reads the rules of a smart playlist.
///
/// # Errors
/// `NotFound` if there is no such playlist, `InvalidInput` if it is an ordinary one, `InvalidRule` if a
/// newer version of the library wrote it.
pub async fn definition(library: &Library, id: PlaylistId) -> Result<SmartPlaylist> {
    let mut tx = library.read().await?;
    definition_in(&mut tx, id)
        .await?
        .ok_or_else(|| ordinary(id))
}

/// Likewise; `None` for an ordinary playlist.
pub(crate) async fn definition_in(tx: &mut Tx, id: PlaylistId) -> Result<Option<SmartPlaylist>> {
    let rows = tx.query(RULES, vec![id.into()]).await?;
    let row = rows
        .first()
        .ok_or_else(|| LibraryError::not_found("playlist", id))?;
    let rules: Option<String> = row.get(0)?;
    rules.map(|it| SmartPlaylist::parse(&it)).transpose()
}

fn ordinary(id: PlaylistId) -> LibraryError {
    LibraryError::InvalidInput {
        field: "playlist",
        reason: format!("{id} is an ordinary playlist and has no rules"),
    }
}

/// Lists a page of the tracks that a definition gives, which need not be kept.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](crate::repository::MAX_PAGE) and for a
/// cursor of another list.
pub async fn preview(
    library: &Library,
    definition: &SmartPlaylist,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Track>> {
    let mut tx = library.read().await?;
    page_in(&mut tx, definition, library.now_ms(), after, limit).await
}

pub(crate) async fn page_in(
    tx: &mut Tx,
    definition: &SmartPlaylist,
    now_ms: i64,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Track>> {
    check_limit(limit)?;
    let keys = compile::keys(definition);
    let after = after.map(|it| it.keys("smart", keys.len())).transpose()?;
    let (sql, params) = query(definition, &keys, now_ms, after, limit);
    let mut rows = tx.query(&sql, params).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = keys.len() - 1;
    let ids: Result<Vec<TrackId>, _> = rows.iter().map(|row| row.get(last)).collect();
    let ids = ids?;
    let next = match rows.last_mut() {
        Some(row) if more => {
            let keys = (0..keys.len()).map(|at| row.take(at)).collect();
            Some(PageCursor::new("smart", keys))
        }
        _ => None,
    };
    Ok(Page {
        items: track::load(tx, &ids).await?,
        next,
    })
}

/// Writes the query. The list is cut to its own limit first, and the page out of that.
fn query(
    definition: &SmartPlaylist,
    keys: &[(String, bool)],
    now_ms: i64,
    after: Option<Vec<SqlValue>>,
    limit: usize,
) -> (String, Vec<SqlValue>) {
    let condition = compile::rule(&definition.rule, now_ms);
    let mut params = condition.params;
    let columns: Vec<String> = keys
        .iter()
        .enumerate()
        .map(|(at, (key, _))| format!("{key} AS k{at}"))
        .collect();
    let order: Vec<String> = keys
        .iter()
        .enumerate()
        .map(|(at, (_, descending))| format!("k{at}{}", if *descending { " DESC" } else { "" }))
        .collect();
    let order = order.join(", ");
    params.push(definition.limit.map_or(-1, i64::from).into());
    let mut behind = String::from("1");
    if let Some(after) = after {
        // Lexicographic, each key in its own direction: k0 > ? OR k0 = ? AND (k1 > ? OR …).
        behind = String::new();
        for (at, ((_, descending), value)) in keys.iter().zip(&after).enumerate() {
            let than = if *descending { "<" } else { ">" };
            behind.push_str(&format!("(k{at} {than} ?"));
            params.push(value.clone());
            if at + 1 < keys.len() {
                behind.push_str(&format!(" OR k{at} = ? AND "));
                params.push(value.clone());
            }
        }
        behind.push_str(&")".repeat(keys.len()));
    }
    params.push((limit as i64 + 1).into());
    let sql = format!(
        "SELECT * FROM (SELECT {} FROM track t WHERE t.missing_since IS NULL AND {}
             ORDER BY {order} LIMIT ?) WHERE {behind} ORDER BY {order} LIMIT ?",
        columns.join(", "),
        condition.text,
    );
    (sql, params)
}
