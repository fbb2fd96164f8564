//! Few hits, told apart by their names in memory.
//!
//! SQLite reads the lists of all terms for each group of hits. A last word of a letter or two has a long list. Where
//! all hits are few, it is read once.

use serde_json::{Value, json};

use super::query::{Group, Query};
use super::run::Search;
use super::tiers::From;
use super::words::IndexText;

/// Hits that are few anywhere. To look at one takes some microseconds, as long as a hundred entries of a list.
const FEW: i64 = 200;
/// In a large library this part of it is few, since its lists are longer too.
const ONE_IN: i64 = 1000;

/// Where the names are that the writer made the columns of a search table from.
pub(super) struct Names {
    /// The columns that tell hits apart, in the order in which they are looked at.
    columns: &'static [Column],
    joins: &'static str,
}

struct Column {
    name: &'static str,
    /// The names in order.
    names: &'static [Sql],
}

/// SQL that gives names of a row.
enum Sql {
    /// A name, or NULL.
    One(&'static str),
    /// Positions and names as `names_of!` writes them, in any order.
    Several(&'static str),
}

/// What stands between a position and its name, and between names. Of a name it is left out, as it is of its words.
const POSITION_END: char = '\u{1e}';
const NAME_END: char = '\u{1f}';

/// Writes a query for all names of `$from`, with their positions.
macro_rules! names_of {
    ($from:literal) => {
        concat!(
            "(SELECT group_concat(l.position || char(30) || replace(l.name, char(31), ''), char(31)) FROM ",
            $from,
            ")"
        )
    };
}

pub(super) const TRACK_NAMES: Names = Names {
    columns: &[
        Column {
            name: "title",
            names: &[Sql::One("r.title"), Sql::One("r.sort_title")],
        },
        Column {
            name: "artist",
            names: &[
                Sql::One("r.artist_display"),
                Sql::Several(names_of!(
                    "track_artist l WHERE l.track_id = r.id AND l.role = 'artist'"
                )),
                Sql::One("a.artist_display"),
                Sql::Several(names_of!(
                    "album_artist l WHERE l.album_id = a.id AND a.identity NOT LIKE 'dir:%'"
                )),
            ],
        },
    ],
    joins: "LEFT JOIN album a ON a.id = r.album_id",
};
pub(super) const ALBUM_NAMES: Names = Names {
    columns: &[Column {
        name: "title",
        names: &[Sql::One("r.title"), Sql::One("r.sort_title")],
    }],
    joins: "",
};
pub(super) const ARTIST_NAMES: Names = Names {
    columns: &[Column {
        name: "name",
        names: &[Sql::One("r.name"), Sql::One("r.sort_name")],
    }],
    joins: "",
};

/// How the hits of a search are told apart where they are few.
pub(super) struct Few {
    /// What finds all hits.
    pub(super) expression: String,
    /// The groups but for the last, which holds all, each with how many of the columns tell who is in it.
    groups: Vec<(Group, usize)>,
}

impl Few {
    /// Finds out how; `None` if names don't tell, or if reading the lists once gains nothing.
    pub(super) fn of(search: &Search, query: &Query) -> Option<Self> {
        let mut groups = query.groups(search.table);
        groups.pop()?;
        let told = |group: Group| Some((group, search.told_by(query, group)?));
        let groups: Option<Vec<_>> = groups.into_iter().map(told).collect();
        let groups = groups.filter(|it| !it.is_empty() && !query.is_one_word())?;
        let expression = query.expression(search.table)?;
        Some(Self { expression, groups })
    }

    /// Adds hits to the rows before them, group by group, up to one more than a page has.
    pub(super) fn add(
        &self,
        query: &Query,
        search: &Search,
        hits: Vec<(i64, Vec<Option<String>>)>,
        after: Option<&From>,
        limit: usize,
        rows: &mut Vec<Vec<Value>>,
    ) {
        let hits = hits.into_iter().map(|(id, names)| Hit {
            id,
            names,
            words: Vec::new(),
        });
        let mut hits: Vec<Hit> = hits.collect();
        hits.sort_by_key(|it| it.id);
        let groups = self.groups.iter().map(Some).chain([None]);
        for (tier, group) in (1_i64..).zip(groups) {
            if rows.len() > limit {
                break;
            }
            let needles = group.map(|(group, columns)| (query.needles(*group), *columns));
            let is_new = |id: i64| after.is_none_or(|it| (tier, id) > (it.tier, it.id));
            hits.retain_mut(|hit| match &needles {
                // Those of the group may fill the page before all are looked at.
                _ if rows.len() > limit => false,
                Some((needles, columns))
                    if !hit.has(needles, &search.names.columns[..*columns]) =>
                {
                    true
                }
                _ => {
                    if is_new(hit.id) {
                        rows.push(vec![json!(tier), Value::Null, json!(hit.id)]);
                    }
                    false
                }
            });
        }
    }
}

impl Search {
    /// Gives how many of the columns tell whether a hit is in a group; `None` if names don't.
    fn told_by(&self, query: &Query, group: Group) -> Option<usize> {
        let columns = query.told_by(group, self.table)?;
        let known = self.names.columns.iter().take(columns.len());
        let known = known.map(|it| it.name);
        known.eq(columns.iter().copied()).then_some(columns.len())
    }

    /// Writes the tables of a `WITH` that has `leading`, the rows of tier 0: `most`, how many hits are few, and
    /// `few`, the hits up to one more than that, if the rows of tier 0 don't fill the page.
    pub(super) fn few_hits(&self, expression: &str, limit: &str) -> String {
        let (words, rows) = (self.words, self.rows);
        format!(
            "most(n) AS MATERIALIZED (SELECT max({FEW}, ifnull(max(id), 0) / {ONE_IN}) FROM {rows}),
             few AS MATERIALIZED (SELECT rowid AS id FROM {words} WHERE {words} MATCH {expression}
                 LIMIT iif((SELECT count(*) FROM leading) < {limit}, (SELECT n + 1 FROM most), 0))"
        )
    }

    /// Writes an expression for those hits that are present and meet a condition, with their names.
    pub(super) fn names_of_hits(&self, condition: &str) -> String {
        let names = self.names.columns.iter().flat_map(|it| it.names);
        let names: Vec<&str> = names
            .map(|it| match it {
                Sql::One(sql) | Sql::Several(sql) => *sql,
            })
            .collect();
        let (names, joins) = (names.join(", "), self.names.joins);
        let (rows, is_present) = (self.rows, self.is_present);
        format!(
            "(SELECT json_group_array(json_array(r.id, json_array({names})))
              FROM few CROSS JOIN {rows} r ON r.id = few.id {joins} WHERE {is_present} {condition})"
        )
    }
}

/// A row that matches.
struct Hit {
    id: i64,
    /// What [`Sql`] gave, column by column.
    names: Vec<Option<String>>,
    /// The words of columns as far as they were asked for, with a space around each.
    words: Vec<String>,
}

impl Hit {
    /// Tells whether these columns have one of each of these between them.
    fn has(&mut self, needles: &[Vec<String>], columns: &[Column]) -> bool {
        for at in self.words.len()..columns.len() {
            let before = columns[..at].iter().map(|it| it.names.len()).sum();
            let names = self.names.iter().skip(before);
            self.words.push(columns[at].words(names));
        }
        let words = &self.words[..columns.len()];
        let is_there = |needle: &String| words.iter().any(|it| it.contains(needle.as_str()));
        needles.iter().all(|any| any.iter().any(is_there))
    }
}

impl Column {
    /// Makes the words that the writer gave the search table.
    fn words<'a>(&self, names: impl Iterator<Item = &'a Option<String>>) -> String {
        let mut text = IndexText::default();
        for (sql, names) in self.names.iter().zip(names) {
            let Some(names) = names.as_deref() else {
                continue;
            };
            match sql {
                Sql::One(_) => text.add(names),
                Sql::Several(_) => {
                    let names = names.split(NAME_END);
                    let names = names.filter_map(|it| it.split_once(POSITION_END));
                    let names = names.map(|(position, name)| (position.parse::<i64>(), name));
                    let mut names: Vec<_> =
                        names.filter_map(|(at, it)| Some((at.ok()?, it))).collect();
                    names.sort_by_key(|it| it.0);
                    names.iter().for_each(|it| text.add(it.1));
                }
            }
        }
        // Each name has a space around it.
        text.into_text().replace("  ", " ")
    }
}
