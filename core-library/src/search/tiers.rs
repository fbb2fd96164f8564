//! Hits found group by group in SQLite, however many there are.

use bridge_traits::database::SqlValue;

use super::query::Query;
use super::run::Search;
use crate::db::Tx;
use crate::error::{LibraryError, Result};
use crate::model::PageCursor;
use crate::repository::paging::{IdPage, read_ids};

/// The last row before a page of a search.
pub(super) struct From {
    /// 0 for sort keys that begin with the text, then one for each group.
    pub(super) tier: i64,
    /// In tier 0.
    sort_key: SqlValue,
    pub(super) id: i64,
}

impl From {
    /// Reads a cursor.
    ///
    /// # Errors
    /// `InvalidInput` if it is not one of this list.
    pub(super) fn cursor(cursor: &PageCursor, list: &str) -> Result<Self> {
        let mut keys = cursor.keys(list, 3)?.into_iter();
        match (keys.next(), keys.next(), keys.next()) {
            (Some(SqlValue::Integer(tier)), Some(sort_key), Some(SqlValue::Integer(id))) => {
                Ok(Self { tier, sort_key, id })
            }
            _ => Err(LibraryError::InvalidInput {
                field: "cursor",
                reason: "not a cursor of a search".into(),
            }),
        }
    }
}

/// The parameters of a statement, numbered as they come.
#[derive(Default)]
pub(super) struct Params(pub(super) Vec<SqlValue>);

impl Params {
    pub(super) fn add(&mut self, value: impl Into<SqlValue>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }
}

impl Search {
    /// Writes a condition on rows: that their sort key begins with the text, if one may.
    pub(super) fn begins(query: &Query, params: &mut Params) -> Option<String> {
        let first = query.beginning()?;
        // The first and the last of the sort keys that begin with the text.
        let last = params.add(format!("{first}{}", char::MAX));
        let first = params.add(first);
        Some(format!("(r.sort_key >= {first} AND r.sort_key < {last})"))
    }

    /// Writes tier 0: rows that meet this condition, by sort key, at most `limit`.
    pub(super) fn beginning(
        &self,
        begins: &str,
        after: Option<&From>,
        limit: &str,
        params: &mut Params,
    ) -> String {
        let (rows, is_present) = (self.rows, self.is_present);
        let from = after.map(|it| {
            let (key, id) = (params.add(it.sort_key.clone()), params.add(it.id));
            format!("AND (r.sort_key, r.id) > ({key}, {id})")
        });
        let from = from.unwrap_or_default();
        format!(
            "SELECT 0 AS k0, r.sort_key AS k1, r.id AS k2 FROM {rows} r
             WHERE {begins} AND {is_present} {from}
             ORDER BY r.sort_key, r.id LIMIT {limit}"
        )
    }

    /// Writes one statement over all tiers: rows of a tier, sort key (in tier 0) and id, for [`read_ids`]. SQLite
    /// looks into a tier only when those before it did not fill the page.
    ///
    /// Tier 0 has rows whose sort key begins with the text, in the order of the sort keys; the others
    /// have rows whose words match and whose sort key does not begin so.
    fn tiers(
        &self,
        query: &Query,
        after: Option<&From>,
        limit: usize,
    ) -> Option<(String, Vec<SqlValue>)> {
        let mut params = Params::default();
        let limit = params.add(limit as i64 + 1);
        let begins = Self::begins(query, &mut params);
        let other = begins.as_ref().map(|it| format!("AND NOT {it}"));
        let other = other.unwrap_or_default();
        let (words, rows, is_present) = (self.words, self.rows, self.is_present);
        let first = after.map_or(0, |it| it.tier);
        let mut arms = Vec::new();
        if let Some(begins) = begins.filter(|_| first <= 0) {
            arms.push(self.beginning(&begins, after, &limit, &mut params));
        }
        for (tier, expression) in (1_i64..).zip(query.tiers(self.table)) {
            if tier < first {
                continue;
            }
            let expression = params.add(expression);
            let from = after.filter(|it| it.tier == tier);
            let from = params.add(from.map_or(i64::MIN, |it| it.id));
            arms.push(format!(
                "SELECT {tier} AS k0, NULL AS k1, r.id AS k2
                 FROM {words} w CROSS JOIN {rows} r ON r.id = w.rowid
                 WHERE w.{words} MATCH {expression} AND w.rowid > {from} AND {is_present} {other}
                 ORDER BY w.rowid LIMIT {limit}"
            ));
        }
        let arms: Vec<String> = arms
            .iter()
            .map(|it| format!("SELECT * FROM ({it})"))
            .collect();
        let sql = format!("{} LIMIT {limit}", arms.join(" UNION ALL "));
        (!arms.is_empty()).then_some((sql, params.0))
    }
}

/// Reads a page of ids, no further than the page is long.
pub(super) async fn read(
    tx: &mut Tx,
    search: &Search,
    query: &Query,
    after: Option<&From>,
    limit: usize,
) -> Result<IdPage> {
    match search.tiers(query, after, limit) {
        Some((sql, params)) => read_ids(tx, search.list, &sql, 3, params, limit).await,
        None => Ok(IdPage::default()),
    }
}
