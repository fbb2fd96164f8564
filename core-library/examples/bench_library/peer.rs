//! The peers: FTS5 as its documentation shows it, and `OFFSET`. They give ids and titles only.

use core_library::Library;

use crate::Result;

/// Copies all titles, artists and albums into a plain FTS5 table.
pub(crate) async fn fill(library: &Library) -> Result<()> {
    let mut tx = library.write().await?;
    tx.execute(
        "CREATE VIRTUAL TABLE plain USING fts5(title, artist, album)",
        vec![],
    )
    .await?;
    tx.execute(
        "INSERT INTO plain(rowid, title, artist, album)
         SELECT t.id, t.title, (SELECT group_concat(name, ' ') FROM track_artist l
                 WHERE l.track_id = t.id), a.title
         FROM track t LEFT JOIN album a ON a.id = t.album_id",
        vec![],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Finds tracks by words, the last letters of which may be missing, best first.
pub(crate) async fn search(library: &Library, text: &str, limit: usize) -> Result<usize> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(|it| format!("\"{it}\" *"))
        .collect();
    if words.is_empty() {
        return Ok(0);
    }
    let rows = library
        .query(
            "SELECT rowid, title FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT ?",
            vec![words.join(" AND ").into(), (limit as i64).into()],
        )
        .await?;
    Ok(rows.len())
}

/// Reads a page by its number.
pub(crate) async fn page(library: &Library, offset: usize, limit: usize) -> Result<usize> {
    let rows = library
        .query(
            "SELECT id, title FROM track ORDER BY sort_key, id LIMIT ? OFFSET ?",
            vec![(limit as i64).into(), (offset as i64).into()],
        )
        .await?;
    Ok(rows.len())
}
