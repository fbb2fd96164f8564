//! Few hits, told apart by their names in memory.
//!
//! SQLite reads the lists of all terms for each group of hits, and again for what is not to be in the next one.
//! A last word of a letter or two has a long list. Where all hits are few, it is read once.

use std::collections::HashMap;

use bridge_traits::database::SqlValue;
use serde_json::{Value, json};

use super::query::{Group, Query};
use super::run::Search;
use super::tiers::{From, Params};
use super::words::IndexText;
use crate::db::Tx;
use crate::error::Result;
use crate::repository::json_row;
use crate::repository::paging::IdPage;
use crate::repository::sql::{from_json, id_list};

/// Hits that are few anywhere. To look at one takes some microseconds, as long as a hundred entries of a list.
const FEW: i64 = 200;
/// In a large library this part of it is few, since its lists are longer too.
const ONE_IN: i64 = 1000;

/// Hits whose names are read at once, after the first column.
const AT_ONCE: usize = 64;

/// Where the names are that the writer made a column of a search table from.
pub(super) struct Names {
    column: &'static str,
    /// A JSON list of lists of positions and names.
    sql: &'static str,
    joins: &'static str,
}

pub(super) const TRACK_NAMES: &[Names] = &[
    Names {
        column: "title",
        sql: "json_array(json_array(json_array(0, r.title), json_array(1, r.sort_title)))",
        joins: "",
    },
    Names {
        column: "artist",
        sql: "json_array(
            json_array(json_array(0, r.artist_display)),
            json((SELECT json_group_array(json_array(l.position, l.name)) FROM track_artist l
                WHERE l.track_id = r.id AND l.role = 'artist')),
            json_array(json_array(0, a.artist_display)),
            json((SELECT json_group_array(json_array(l.position, l.name)) FROM album_artist l
                WHERE l.album_id = a.id AND a.identity NOT LIKE 'dir:%')))",
        joins: "LEFT JOIN album a ON a.id = r.album_id",
    },
];
pub(super) const ALBUM_NAMES: &[Names] = &[Names {
    column: "title",
    sql: "json_array(json_array(json_array(0, r.title), json_array(1, r.sort_title)))",
    joins: "",
}];
pub(super) const ARTIST_NAMES: &[Names] = &[Names {
    column: "name",
    sql: "json_array(json_array(json_array(0, r.name), json_array(1, r.sort_name)))",
    joins: "",
}];

/// Reads a page of ids, unless there are many hits or names don't tell them apart.
pub(super) async fn read(
    tx: &mut Tx,
    search: &Search,
    query: &Query,
    after: Option<&From>,
    limit: usize,
) -> Result<Option<IdPage>> {
    let mut groups = query.groups(search.table);
    let rest = groups.pop();
    let told: Option<Vec<usize>> = groups.iter().map(|it| search.told_by(query, *it)).collect();
    let (Some(_), Some(told)) = (rest, told) else {
        return Ok(None);
    };
    let Some(expression) = query.expression(search.table) else {
        return Ok(None);
    };
    if told.is_empty() || query.is_one_word() {
        return Ok(None);
    }
    let (sql, params) = search.few(query, expression, after, limit);
    let found = tx.query(&sql, params).await?;
    let Some(row) = found.first() else {
        return Ok(None);
    };
    if matches!(row.values().get(1), Some(SqlValue::Null)) {
        return Ok(None);
    }
    let mut rows: Vec<Vec<Value>> = from_json(row, 0)?;
    let mut hits: Vec<Hit> = from_json::<Vec<(i64, Lists)>>(row, 1)?
        .into_iter()
        .map(|(id, names)| Hit {
            id,
            words: vec![words_of(names)],
        })
        .collect();
    hits.sort_by_key(|it| it.id);
    let groups = groups.into_iter().zip(told).map(Some).chain([None]);
    for (tier, group) in (1_i64..).zip(groups) {
        if rows.len() > limit || hits.is_empty() {
            break;
        }
        let needles = group.map(|(group, columns)| (query.needles(group), columns));
        let is_new = |id: i64| after.is_none_or(|it| (tier, id) > (it.tier, it.id));
        // Those of the group may fill the page before all are looked at.
        let mut others = Vec::new();
        while !hits.is_empty() && rows.len() <= limit {
            let mut some: Vec<Hit> = hits.drain(..hits.len().min(AT_ONCE)).collect();
            if let Some((_, columns)) = needles {
                search.read_words(tx, &mut some, columns).await?;
            }
            for hit in some {
                match &needles {
                    Some((needles, columns)) if !hit.has(needles, *columns) => others.push(hit),
                    _ if is_new(hit.id) => rows.push(vec![json!(tier), Value::Null, json!(hit.id)]),
                    _ => (),
                }
            }
        }
        hits = others;
    }
    Ok(Some(IdPage::of_rows(search.list, rows, limit)))
}

impl Search {
    /// Gives how many of the columns tell whether a hit is in a group; `None` if names don't.
    fn told_by(&self, query: &Query, group: Group) -> Option<usize> {
        let columns = query.told_by(group, self.table)?;
        let known = self.names.iter().take(columns.len()).map(|it| it.column);
        known.eq(columns.iter().copied()).then_some(columns.len())
    }

    /// Writes a query for the rows of tier 0 and, if these don't fill the page, for the other hits if they are
    /// few, with the names of the first column.
    fn few(
        &self,
        query: &Query,
        expression: String,
        after: Option<&From>,
        limit: usize,
    ) -> (String, Vec<SqlValue>) {
        let mut params = Params::default();
        let (words, rows, is_present) = (self.words, self.rows, self.is_present);
        let (names, joins) = (self.names[0].sql, self.names[0].joins);
        let limit = params.add(limit as i64 + 1);
        let begins = Self::begins(query, &mut params);
        let other = begins.as_ref().map(|it| format!("AND NOT {it}"));
        let other = other.unwrap_or_default();
        let leading = match begins.filter(|_| after.is_none_or(|it| it.tier <= 0)) {
            Some(begins) => self.beginning(&begins, after, &limit, &mut params),
            None => "SELECT 0 AS k0, '' AS k1, 0 AS k2 WHERE 0".to_owned(),
        };
        let expression = params.add(expression);
        let sql = format!(
            "WITH leading AS MATERIALIZED ({leading}),
             most(n) AS MATERIALIZED (SELECT max({FEW}, ifnull(max(id), 0) / {ONE_IN}) FROM {rows}),
             few AS MATERIALIZED (SELECT rowid AS id FROM {words} WHERE {words} MATCH {expression}
                 LIMIT iif((SELECT count(*) FROM leading) < {limit}, (SELECT n + 1 FROM most), 0))
             SELECT (SELECT json_group_array(json_array(k0, k1, k2)) FROM leading),
                 iif((SELECT count(*) FROM few) <= (SELECT n FROM most),
                     (SELECT json_group_array(json_array(r.id, {names}))
                         FROM few CROSS JOIN {rows} r ON r.id = few.id {joins}
                         WHERE {is_present} {other}), NULL)"
        );
        (sql, params.0)
    }

    /// Reads the words of so many columns, as far as hits lack them.
    async fn read_words(&self, tx: &mut Tx, hits: &mut [Hit], columns: usize) -> Result<()> {
        let read = hits.first().map_or(columns, |it| it.words.len());
        let (rows, lacking) = (self.rows, self.names.iter().take(columns).skip(read));
        for Names { sql, joins, .. } in lacking {
            let columns = format!("json_array(r.id, {sql})");
            let from = format!("FROM json_each(?) p CROSS JOIN {rows} r ON r.id = p.value {joins}");
            let ids = vec![id_list(hits.iter().map(|it| it.id))];
            let names: Vec<(i64, Lists)> = json_row::read(tx, "", &columns, &from, ids).await?;
            let mut names: HashMap<i64, Lists> = names.into_iter().collect();
            for hit in &mut *hits {
                let names = names.remove(&hit.id).unwrap_or_default();
                hit.words.push(words_of(names));
            }
        }
        Ok(())
    }
}

/// A row that matches, and the words of its columns as far as they are read, with a space around each.
struct Hit {
    id: i64,
    words: Vec<String>,
}

impl Hit {
    /// Tells whether so many columns have one of each of these between them.
    fn has(&self, needles: &[Vec<String>], columns: usize) -> bool {
        let words = &self.words[..columns];
        let is_there = |needle: &String| words.iter().any(|it| it.contains(needle.as_str()));
        needles.iter().all(|any| any.iter().any(is_there))
    }
}

/// Lists of positions and names, one after another.
type Lists = Vec<Vec<(i64, Option<String>)>>;

/// Makes the words that the writer gave the search table.
fn words_of(lists: Lists) -> String {
    let mut text = IndexText::default();
    let mut names: Vec<&str> = Vec::new();
    let mut lists = lists;
    for list in &mut lists {
        list.sort_by_key(|it| it.0);
    }
    for name in lists.iter().flatten().filter_map(|it| it.1.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
            text.add(name);
        }
    }
    let text = text.into_text();
    let words = text.split_whitespace().flat_map(|word| [" ", word]);
    words.chain([" "]).collect()
}
