//! Genres. One all of whose tracks are missing is kept but not listed.

use std::collections::HashMap;

use super::json_row;
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
    let rows: Vec<(i64, String, u64)> = json_row::read(
        &mut tx,
        "json_array(g.id, g.name, g.track_count)",
        "FROM genre g WHERE g.id IN (SELECT value FROM json_each(?))",
        vec![id_list(page.ids.iter().copied())],
    )
    .await?;
    let genre = |(id, name, track_count)| Genre {
        id: GenreId(id),
        name,
        track_count,
    };
    let mut genres: HashMap<i64, Genre> = rows.into_iter().map(|it| (it.0, genre(it))).collect();
    Ok(Page {
        items: page.ids.iter().filter_map(|id| genres.remove(id)).collect(),
        next: page.next,
    })
}
