//! Hits found in one statement: group by group in SQLite, or all at once where they are few.

use std::collections::HashSet;

use bridge_traits::database::SqlValue;
use serde_json::{Value, json};

use super::few::Few;
use super::query::Query;
use super::run::Search;
use crate::db::Tx;
use crate::error::{LibraryError, Result};
use crate::model::PageCursor;
use crate::repository::paging::IdPage;
use crate::repository::sql::from_json;

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

/// Tier 0 where no sort key may begin with the text.
const NO_ROWS: &str = "SELECT 0 AS k0, '' AS k1, 0 AS k2 WHERE 0";

/// The parameters of a statement, numbered as they come.
#[derive(Default)]
struct Params(Vec<SqlValue>);

impl Params {
    fn add(&mut self, value: impl Into<SqlValue>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }
}

impl Search {
    /// Writes a condition on rows: that their sort key begins with the text, if one may.
    fn begins(query: &Query, params: &mut Params) -> Option<String> {
        let first = query.beginning()?;
        // The first and the last of the sort keys that begin with the text.
        let last = params.add(format!("{first}{}", char::MAX));
        let first = params.add(first);
        Some(format!("(r.sort_key >= {first} AND r.sort_key < {last})"))
    }

    /// Writes tier 0: rows that meet this condition, by sort key, at most `limit`.
    ///
    /// A `LIMIT` that is a parameter and nothing else has SQLite prepare the statement again each time.
    fn beginning(
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
             ORDER BY r.sort_key, r.id LIMIT +{limit}"
        )
    }

    /// Writes one statement for all tiers: a column for the rows of tier 0, each a tier, sort key and id, one for all
    /// other hits with their names if they are few, then one of ids for each tier if they are many. SQLite looks
    /// into a tier only when those before it did not fill the page; else its column is NULL.
    ///
    /// Tier 0 has rows whose sort key begins with the text, in the order of the sort keys; the others
    /// have rows whose words match and whose sort key does not begin so. A tier has the rows of those before it
    /// too, which are known then, but for those that the page begins after: to leave these out by their expression
    /// reads the lists of all terms once more.
    fn tiers(
        &self,
        query: &Query,
        few: Option<&Few>,
        after: Option<&From>,
        limit: usize,
    ) -> Option<(String, Vec<SqlValue>, Vec<i64>)> {
        let mut params = Params::default();
        let limit = params.add(limit as i64 + 1);
        let begins = Self::begins(query, &mut params);
        let other = begins.as_ref().map(|it| format!("AND NOT {it}"));
        let other = other.unwrap_or_default();
        let (words, rows, is_present) = (self.words, self.rows, self.is_present);
        let first = after.map_or(0, |it| it.tier.max(0));
        let leading = match begins.filter(|_| first == 0) {
            Some(begins) => self.beginning(&begins, after, &limit, &mut params),
            None => NO_ROWS.to_owned(),
        };
        let mut with = format!("WITH leading AS MATERIALIZED ({leading})");
        let (many, hits) = match few {
            Some(few) => {
                let expression = params.add(few.expression.clone());
                with.push_str(&format!(", {}", self.few_hits(&expression, &limit)));
                let many = "(SELECT count(*) FROM few) > (SELECT n FROM most)";
                let hits = format!("iif(many, NULL, {})", self.names_of_hits(&other));
                (many, hits)
            }
            None => ("1", "NULL".to_owned()),
        };
        with.push_str(&format!(
            ", c0 AS MATERIALIZED (SELECT count(*) AS n, json_group_array(json_array(k0, k1, k2)) AS j0,
                 {many} AS many FROM leading)"
        ));
        let mut known = "n".to_owned();
        let mut last = "c0".to_owned();
        let mut tiers = Vec::new();
        let expressions = query.expressions(self.table);
        for (tier, expression) in (1_i64..).zip(&expressions) {
            if tier < first {
                continue;
            }
            let begun = usize::try_from(first.min(tier - 1)).ok();
            let begun = begun.and_then(|it| expressions.get(it.checked_sub(1)?));
            let expression = params.add(match begun {
                Some(better) => format!("({expression}) NOT ({better})"),
                None => expression.clone(),
            });
            let from = after.filter(|it| it.tier == tier);
            let from = params.add(from.map_or(i64::MIN, |it| it.id));
            with.push_str(&format!(
                ", c{tier} AS MATERIALIZED (SELECT *, iif(many AND {known} < {limit}, (SELECT json_group_array(id) FROM (
                     SELECT r.id FROM {words} w CROSS JOIN {rows} r ON r.id = w.rowid
                     WHERE w.{words} MATCH {expression} AND w.rowid > {from} AND {is_present} {other}
                     ORDER BY w.rowid LIMIT +{limit})), NULL) AS j{tier} FROM {last})"
            ));
            last = format!("c{tier}");
            known = match tier == first {
                true => format!("json_array_length(j{tier})"),
                false if first > 0 => {
                    format!("json_array_length(j{first}) + json_array_length(j{tier})")
                }
                false => format!("n + json_array_length(j{tier})"),
            };
            tiers.push(tier);
        }
        let columns: Vec<String> = tiers.iter().map(|it| format!(", j{it}")).collect();
        let sql = format!("{with} SELECT j0, {hits}{} FROM {last}", columns.concat());
        (!tiers.is_empty() || leading != NO_ROWS).then_some((sql, params.0, tiers))
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
    let few = Few::of(search, query);
    let Some((sql, params, tiers)) = search.tiers(query, few.as_ref(), after, limit) else {
        return Ok(IdPage::default());
    };
    let found = tx.query(&sql, params).await?;
    let Some(row) = found.first() else {
        return Ok(IdPage::default());
    };
    let is_null = |column| matches!(row.values().get(column), Some(SqlValue::Null));
    let mut rows: Vec<Vec<Value>> = from_json(row, 0)?;
    if let Some(few) = few.filter(|_| !is_null(1)) {
        few.add(query, search, from_json(row, 1)?, after, limit, &mut rows);
        return Ok(IdPage::of_rows(search.list, rows, limit));
    }
    let mut known = HashSet::new();
    for (column, tier) in (2..).zip(tiers) {
        if is_null(column) {
            break;
        }
        let ids: Vec<i64> = from_json(row, column)?;
        let new = ids.into_iter().filter(|id| known.insert(*id));
        rows.extend(new.map(|id| vec![json!(tier), Value::Null, json!(id)]));
    }
    Ok(IdPage::of_rows(search.list, rows, limit))
}
