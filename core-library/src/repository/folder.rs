//! Folders as they lie at the providers.

use super::paging::check_limit;
use crate::db::Library;
use crate::error::Result;
use crate::model::{Folder, Page, PageCursor};

/// Finds the root folder of a provider; `None` if it was never synced.
pub async fn root(library: &Library, provider_id: i64) -> Result<Option<Folder>> {
    let rows = library
        .query(
            "SELECT id, provider_id, name FROM remote_item
             WHERE provider_id = ? AND parent_key IS NULL AND kind = 'folder' LIMIT 1",
            vec![provider_id.into()],
        )
        .await?;
    rows.first().map(folder).transpose()
}

/// Lists a page of the folders directly in a folder, in the order in which they were found. The
/// tracks in it are listed by [`TrackFilter::folder`](super::track::TrackFilter).
///
/// # Errors
/// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](super::MAX_PAGE) and for a cursor of
/// another list.
pub async fn children(
    library: &Library,
    item_id: i64,
    after: Option<&PageCursor>,
    limit: usize,
) -> Result<Page<Folder>> {
    check_limit(limit)?;
    let keys = after.map(|it| it.keys("folders", 1)).transpose()?;
    let after = keys.and_then(|mut it| it.pop()).unwrap_or(0_i64.into());
    let rows = library
        .query(
            "SELECT c.id, c.provider_id, c.name FROM remote_item f CROSS JOIN remote_item c
                 ON c.provider_id = f.provider_id AND c.parent_key = f.key
             WHERE f.id = ? AND c.id > ? AND c.kind = 'folder' AND c.removed_at IS NULL
             ORDER BY c.id LIMIT +?",
            vec![item_id.into(), after, (limit as i64 + 1).into()],
        )
        .await?;
    let items: Result<Vec<Folder>> = rows.iter().take(limit).map(folder).collect();
    let items = items?;
    let last = items.last().filter(|_| rows.len() > limit);
    let next = last.map(|it| PageCursor::new("folders", vec![it.item_id.into()]));
    Ok(Page { items, next })
}

fn folder(row: &bridge_traits::database::Row) -> Result<Folder> {
    Ok(Folder {
        item_id: row.get(0)?,
        provider_id: row.get(1)?,
        name: row.get(2)?,
    })
}
