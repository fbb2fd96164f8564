//! Genres. One all of whose tracks are missing is kept but not listed.

use std::collections::HashMap;

use super::paging::PageQuery;
use super::sql::id_list;
use crate::db::Library;
use crate::error::Result;
use crate::model::{Genre, GenreId, Page, PageCursor};

/// Lists a page of genres by name.
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn page(
    library: &Library,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Genre>> {
    let keys = &["g.sort_key", "g.id"];
    let mut query = PageQuery::new("genres", "genre g", "g", keys, false);
    query.and("g.track_count > 0", vec![]);
    let mut tx = library.read().await?;
    let page = query.read(&mut tx, after, limit).await?;
    let rows = tx
        .query(
            "SELECT g.id, g.name, g.track_count
             FROM genre g WHERE g.id IN (SELECT value FROM json_each(?))",
            vec![id_list(page.ids.iter().copied())],
        )
        .await?;
    let mut genres = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id: GenreId = row.get(0)?;
        let (name, track_count) = (row.get(1)?, row.get(2)?);
        genres.insert(
            id.0,
            Genre {
                id,
                name,
                track_count,
            },
        );
    }
    Ok(Page {
        items: page.ids.iter().filter_map(|id| genres.remove(id)).collect(),
        next: page.next,
    })
}
