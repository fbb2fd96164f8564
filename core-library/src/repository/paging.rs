//! Lists in pages: keyset conditions, narrowing, streams.

use bridge_traits::database::{Row, SqlValue};
use bridge_traits::{BoxFuture, BoxStream, PlatformSend};
use futures::TryStreamExt;
use futures::stream;

use crate::db::Tx;
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor};

/// The most rows a page may have.
pub const MAX_PAGE: usize = 1000;

/// Rows up to which a filter is looked up first and sorted. Above, the list is walked in its order
/// and each row tested: of so many, enough lie near.
const FEW: i64 = 2000;

/// A query for one page of ids.
pub(crate) struct PageQuery {
    /// What the cursor calls the list.
    list: &'static str,
    /// `FROM …`, with the listed table's alias.
    from: &'static str,
    alias: &'static str,
    /// The sort keys; the last one is the id.
    keys: Vec<&'static str>,
    descending: bool,
    conditions: Vec<String>,
    params: Vec<SqlValue>,
    /// Filters of which the narrowest may lead the query.
    filters: Vec<Filter>,
}

/// A condition that can be met in two ways.
pub(crate) struct Filter {
    /// `SELECT id …` of all ids that meet it.
    pub(crate) ids: String,
    /// `SELECT …` of at least as many rows, where those are cheaper to count.
    pub(crate) bound: Option<String>,
    /// Tests one row.
    pub(crate) test: String,
    /// The values for either.
    pub(crate) params: Vec<SqlValue>,
}

/// The ids of a page.
pub(crate) struct IdPage {
    pub(crate) ids: Vec<i64>,
    pub(crate) next: Option<PageCursor>,
}

impl PageQuery {
    pub(crate) fn new(
        list: &'static str,
        from: &'static str,
        alias: &'static str,
        keys: &[&'static str],
        descending: bool,
    ) -> Self {
        Self {
            list,
            from,
            alias,
            keys: keys.to_vec(),
            descending,
            conditions: Vec::new(),
            params: Vec::new(),
            filters: Vec::new(),
        }
    }

    /// Adds a condition.
    pub(crate) fn and(&mut self, condition: impl Into<String>, params: Vec<SqlValue>) {
        self.conditions.push(condition.into());
        self.params.extend(params);
    }

    /// Adds a filter.
    pub(crate) fn filter(&mut self, filter: Filter) {
        self.filters.push(filter);
    }

    /// Reads the page after a cursor.
    pub(crate) async fn read(
        self,
        tx: &mut Tx,
        after: Option<&PageCursor>,
        limit: usize,
    ) -> Result<IdPage> {
        check_limit(limit)?;
        let list = self.list;
        let width = self.keys.len();
        let after = after.map(|it| it.keys(list, width)).transpose()?;
        let lead = self.narrowest(tx).await?;
        let (sql, params) = self.sql(lead, after, limit);
        let mut rows = tx.query(&sql, params).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(width - 1)).collect();
        let next = match rows.last_mut() {
            Some(last) if more => Some(cursor(list, last, width)),
            _ => None,
        };
        Ok(IdPage { ids: ids?, next })
    }

    /// Finds the filter that few rows meet, if there is one.
    async fn narrowest(&self, tx: &mut Tx) -> Result<Option<usize>> {
        let mut narrowest: Option<(usize, i64)> = None;
        for (at, filter) in self.filters.iter().enumerate() {
            let bound = filter.bound.as_ref().unwrap_or(&filter.ids);
            let sql = format!("SELECT count(*) FROM ({bound} LIMIT {})", FEW + 1);
            let rows = tx.query(&sql, filter.params.clone()).await?;
            let count: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
            if count <= FEW && narrowest.is_none_or(|(_, least)| count < least) {
                narrowest = Some((at, count));
            }
        }
        Ok(narrowest.map(|(at, _)| at))
    }

    /// Writes the query. Led by a filter, its `+` keep SQLite from walking the order instead.
    fn sql(
        self,
        lead: Option<usize>,
        after: Option<Vec<SqlValue>>,
        limit: usize,
    ) -> (String, Vec<SqlValue>) {
        let (mut conditions, mut params) = (self.conditions, self.params);
        for (at, filter) in self.filters.into_iter().enumerate() {
            conditions.push(match lead == Some(at) {
                true => format!("{}.id IN ({})", self.alias, filter.ids),
                false => filter.test,
            });
            params.extend(filter.params);
        }
        let plus = if lead.is_some() { "+" } else { "" };
        let keys: Vec<String> = self.keys.iter().map(|key| format!("{plus}{key}")).collect();
        let (than, direction) = match self.descending {
            true => ("<", " DESC"),
            false => (">", ""),
        };
        if let Some(after) = after {
            let marks = vec!["?"; keys.len()].join(", ");
            conditions.push(format!("({}) {than} ({marks})", keys.join(", ")));
            params.extend(after);
        }
        let order: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        let sql = format!(
            "SELECT {} FROM {}{}{} ORDER BY {} LIMIT ?",
            self.keys.join(", "),
            self.from,
            if conditions.is_empty() { "" } else { " WHERE " },
            conditions.join(" AND "),
            order.join(", "),
        );
        params.push((limit as i64 + 1).into());
        (sql, params)
    }
}

/// Refuses pages that make no sense.
pub(crate) fn check_limit(limit: usize) -> Result<()> {
    if limit == 0 || limit > MAX_PAGE {
        return Err(LibraryError::InvalidInput {
            field: "limit",
            reason: format!("must be 1 to {MAX_PAGE}, not {limit}"),
        });
    }
    Ok(())
}

/// Makes the cursor behind a row that begins with its sort keys.
pub(crate) fn cursor(list: &str, row: &mut Row, width: usize) -> PageCursor {
    PageCursor::new(list, (0..width).map(|at| row.take(at)).collect())
}

/// Turns pages into one stream, which reads the next page when the one before is used up.
pub(crate) fn stream_pages<T, F>(fetch: F) -> BoxStream<'static, Result<T>>
where
    T: PlatformSend + 'static,
    F: Fn(Option<PageCursor>) -> BoxFuture<'static, Result<Page<T>>> + PlatformSend + 'static,
{
    enum At {
        Page(Option<PageCursor>),
        End,
    }
    let pages = stream::try_unfold((At::Page(None), fetch), async |(at, fetch)| {
        let At::Page(after) = at else {
            return Ok::<_, LibraryError>(None);
        };
        let page = fetch(after).await?;
        let at = page.next.map_or(At::End, |next| At::Page(Some(next)));
        let items = stream::iter(page.items.into_iter().map(Ok));
        Ok(Some((items, (at, fetch))))
    });
    Box::pin(pages.try_flatten())
}
