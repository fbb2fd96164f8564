//! Lists in pages: keyset conditions, narrowing, streams.

use bridge_traits::database::SqlValue;
use bridge_traits::{BoxFuture, BoxStream, PlatformSend};
use futures::TryStreamExt;
use futures::stream;
use serde_json::Value;

use super::sql::from_json;
use crate::db::Tx;
use crate::error::{LibraryError, Result};
use crate::model::{Page, PageCursor};

/// The most rows a page may have.
pub const MAX_PAGE: usize = 1000;

/// Rows up to which a filter is looked up first and sorted. Each is a place of its own on the disk.
const FEW: i64 = 700;
/// How many rows are held in memory, and the list is walked in its order and looked up there: 5,000, in a large
/// library one in 80 of its tracks. Above, each row that is walked by is tested where it lies: of so many, enough lie
/// near.
const SOME: &str = "(SELECT max(5000, ifnull(max(id), 0) / 80) FROM track)";

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

/// A condition that can be met in several ways.
pub(crate) struct Filter {
    /// `SELECT id …` of all ids that meet it.
    pub(crate) ids: String,
    /// `SELECT …` of at least as many rows, which are cheaper to count.
    pub(crate) bound: Option<String>,
    /// Tests one row.
    pub(crate) test: String,
    /// The values for either.
    pub(crate) params: Vec<SqlValue>,
}

/// How a filter is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Its ids are looked up and sorted.
    Lead,
    /// Its ids are held in memory while the list is walked.
    Set,
    /// Each row is tested.
    Test,
}

/// The ids of a page.
#[derive(Debug, Default)]
pub(crate) struct IdPage {
    pub(crate) ids: Vec<i64>,
    pub(crate) next: Option<PageCursor>,
}

impl IdPage {
    /// Makes a page of rows of sort keys, the last of which is the id. There is one row more than the page has,
    /// if there are more.
    pub(crate) fn of_rows(list: &str, mut rows: Vec<Vec<Value>>, limit: usize) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let id = |row: &Vec<Value>| row.last().and_then(Value::as_i64);
        let ids = rows.iter().filter_map(id).collect();
        let last = rows.pop().filter(|_| more);
        let next = last.map(|keys| PageCursor::of_json(list, keys));
        Self { ids, next }
    }
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
        let after = after.map(|it| it.keys(self.list, self.keys.len()));
        let after = after.transpose()?;
        let (sql, params) = match self.filters.len() {
            1 => self.by_count(after.as_deref(), limit),
            _ => {
                let narrowest = self.narrowest(tx).await?;
                let (rows, params) = self.rows(narrowest, after.as_deref(), limit);
                (format!("SELECT {rows}"), params)
            }
        };
        let found = tx.query(&sql, params).await?;
        let rows = found.first().map_or(Ok(Vec::new()), |it| from_json(it, 0));
        Ok(IdPage::of_rows(self.list, rows?, limit))
    }

    /// Finds the filter that the fewest rows meet and how it is used best; the others are tests.
    async fn narrowest(&self, tx: &mut Tx) -> Result<Option<(usize, Way)>> {
        let mut narrowest: Option<(usize, i64)> = None;
        for (at, filter) in self.filters.iter().enumerate() {
            let sql = format!("SELECT n, n <= {SOME} FROM ({})", filter.count());
            let rows = tx.query(&sql, filter.params.clone()).await?;
            let Some(row) = rows.first() else { continue };
            let (count, is_some): (i64, bool) = (row.get(0)?, row.get(1)?);
            if is_some && narrowest.is_none_or(|(_, least)| count < least) {
                narrowest = Some((at, count));
            }
        }
        let way = |count| match count <= FEW {
            true => Way::Lead,
            false => Way::Set,
        };
        Ok(narrowest.map(|(at, count)| (at, way(count))))
    }

    /// Writes one statement that counts the only filter and reads the page in the way that is best then.
    fn by_count(&self, after: Option<&[SqlValue]>, limit: usize) -> (String, Vec<SqlValue>) {
        let filter = &self.filters[0];
        let (lead, mut params) = self.rows(Some((0, Way::Lead)), after, limit);
        let (set, of_set) = self.rows(Some((0, Way::Set)), after, limit);
        let (test, of_test) = self.rows(None, after, limit);
        params.extend(of_set.into_iter().chain(of_test));
        params.extend(filter.params.iter().cloned());
        let sql = format!(
            "SELECT CASE WHEN n <= {FEW} THEN {lead} WHEN n <= {SOME} THEN {set} ELSE {test} END
             FROM ({})",
            filter.count()
        );
        (sql, params)
    }

    /// Writes an expression for the rows of the page as JSON, each its sort keys, and one row more if there is one.
    /// Its `+` keep SQLite from walking the order where a filter leads, and from looking ids up where the order is
    /// walked; that of the limit keeps it from preparing the statement again for each limit.
    fn rows(
        &self,
        narrowest: Option<(usize, Way)>,
        after: Option<&[SqlValue]>,
        limit: usize,
    ) -> (String, Vec<SqlValue>) {
        let (mut conditions, mut params) = (self.conditions.clone(), self.params.clone());
        let mut leads = false;
        for (at, filter) in self.filters.iter().enumerate() {
            let way = narrowest
                .filter(|it| it.0 == at)
                .map_or(Way::Test, |it| it.1);
            leads |= way == Way::Lead;
            conditions.push(match way {
                Way::Lead => format!("{}.id IN ({})", self.alias, filter.ids),
                Way::Set => format!("+{}.id IN ({})", self.alias, filter.ids),
                Way::Test => filter.test.clone(),
            });
            params.extend(filter.params.iter().cloned());
        }
        let plus = if leads { "+" } else { "" };
        let keys: Vec<String> = self.keys.iter().map(|key| format!("{plus}{key}")).collect();
        let (than, direction) = match self.descending {
            true => ("<", " DESC"),
            false => (">", ""),
        };
        if let Some(after) = after {
            let marks = vec!["?"; keys.len()].join(", ");
            conditions.push(format!("({}) {than} ({marks})", keys.join(", ")));
            params.extend(after.iter().cloned());
        }
        let order: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        let named = self.keys.iter().enumerate();
        let named: Vec<String> = named.map(|(at, key)| format!("{key} AS k{at}")).collect();
        let sql = format!(
            "SELECT {} FROM {}{}{} ORDER BY {} LIMIT +?",
            named.join(", "),
            self.from,
            if conditions.is_empty() { "" } else { " WHERE " },
            conditions.join(" AND "),
            order.join(", "),
        );
        params.push((limit as i64 + 1).into());
        (rows_as_json(&sql, self.keys.len()), params)
    }
}

impl Filter {
    /// Writes a query for `n`, how many rows meet it; one more than [`SOME`] if there are more than that.
    fn count(&self) -> String {
        let bound = self.bound.as_ref().unwrap_or(&self.ids);
        format!("SELECT count(*) AS n FROM ({bound} LIMIT {SOME} + 1)")
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

/// Writes an expression for the rows of a query whose columns are called `k0`, `k1` ….
fn rows_as_json(sql: &str, width: usize) -> String {
    let keys: Vec<String> = (0..width).map(|at| format!("k{at}")).collect();
    let keys = keys.join(", ");
    format!("(SELECT json_group_array(json_array({keys})) FROM ({sql}))")
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
