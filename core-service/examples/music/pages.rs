//! Lists that come a page at a time.

use core_service::PageCursor;
use core_service::dto::Page;

use crate::Failure;

/// How much is asked for at once.
pub(crate) const PAGE: usize = 500;

/// Goes through a list, page by page; tells how long it was.
pub(crate) async fn pages<T, E: Into<Failure>>(
    fetch: impl AsyncFn(Option<PageCursor>) -> Result<Page<T>, E>,
    mut show: impl FnMut(T) -> std::io::Result<()>,
) -> Result<u64, Failure> {
    let mut after = None;
    let mut shown = 0;
    loop {
        let fetched = fetch(after).await;
        let page = fetched.map_err(|error| -> Failure { error.into() })?;
        for item in page.items {
            show(item)?;
            shown += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(shown),
        }
    }
}
