//! Whether a database is what a library of the newest version looks like: one that comes from elsewhere may bear our
//! history and have other tables, or triggers that nobody here wrote.

use std::collections::BTreeMap;

use super::Tx;
use super::migrate::{HISTORY, SCHEMA};
use crate::error::{LibraryError, Result, SchemaDifference};

/// What FTS5 keeps in tables of its own for each of ours, which are made in its own words. None of ours holds text.
const OF_SEARCH: [&str; 4] = ["data", "idx", "docsize", "config"];

/// Everything with a text of its own; what begins with `sqlite_` is SQLite's, such as statistics.
const OBJECTS: &str = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'";

/// One row in which a key has no counterpart, which SQLite lets stand where keys were not enforced.
const DANGLING: &str = "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1";

/// Compares the schema with that of a new library, and looks whether all rows are there that others name.
pub(super) async fn check(tx: &mut Tx) -> Result<()> {
    let mut found = BTreeMap::new();
    for row in tx.query(OBJECTS, vec![]).await? {
        // A trigger may be called as a table is.
        let key: (String, String) = (row.get(0)?, row.get(1)?);
        found.insert(key, row.get::<Option<String>>(2)?.unwrap_or_default());
    }
    let mut take = |kind: &str, name: &str| {
        let taken = found.remove(&(kind.to_owned(), name.to_owned()));
        taken.ok_or_else(|| differs(kind, name, SchemaDifference::Missing))
    };
    for (kind, name, sql) in expected() {
        if bare(&take(kind, name)?) != bare(sql) {
            return Err(differs(kind, name, SchemaDifference::Changed));
        }
        if sql.starts_with("VIRTUAL ") {
            for part in OF_SEARCH {
                take("table", &format!("{name}_{part}"))?;
            }
        }
    }
    if let Some((kind, name)) = found.into_keys().next() {
        return Err(differs(&kind, &name, SchemaDifference::Foreign));
    }
    match tx.query(DANGLING, vec![]).await?.first() {
        None => Ok(()),
        Some(row) => Err(LibraryError::Dangling {
            table: row.get(0)?,
            parent: row.get(1)?,
        }),
    }
}

fn differs(kind: &str, name: &str, difference: SchemaDifference) -> LibraryError {
    LibraryError::SchemaDiffers {
        object: format!("{kind} {name}"),
        difference,
    }
}

/// Lists what a new library is made of: type, name, and the statement without `CREATE`.
fn expected() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    // Only what begins a statement begins a line with this word.
    let made = SCHEMA.split("\nCREATE ").skip(1);
    let made = made.map(|it| it.split("\nINSERT ").next().unwrap_or(it));
    let history = HISTORY.strip_prefix("CREATE ").into_iter();
    made.chain(history).map(|sql| {
        let sql = sql.trim_end().trim_end_matches(';');
        let named = sql.strip_prefix("VIRTUAL ").unwrap_or(sql);
        let (kind, rest) = named.split_once(' ').unwrap_or((named, ""));
        let name = rest.split([' ', '(', '\r', '\n']).next().unwrap_or(rest);
        let kind = match kind {
            "INDEX" => "index",
            "TRIGGER" => "trigger",
            _ => "table",
        };
        (kind, name, sql)
    })
}

/// Leaves out of a statement what means nothing: `CREATE`, comments and spaces, which a version of SQLite or a line
/// ending of another system may have made otherwise.
fn bare(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql.strip_prefix("CREATE ").unwrap_or(sql);
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '\'' | '"' | '`' => quoted(rest, next),
            '[' => quoted(rest, ']'),
            '-' if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
                // It parts words, as a space does.
                space(&mut out);
                continue;
            }
            it if it.is_ascii_whitespace() => {
                rest = rest.trim_ascii_start();
                space(&mut out);
                continue;
            }
            it => it.len_utf8(),
        };
        let (token, after) = rest.split_at(taken);
        // Spaces part words alone.
        if out.ends_with(' ') && !(is_word(next) && ends_in_word(&out)) {
            out.pop();
        }
        out.push_str(token);
        rest = after;
    }
    out.truncate(out.trim_ascii_end().len());
    out
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn ends_in_word(out: &str) -> bool {
    out.trim_ascii_end()
        .chars()
        .next_back()
        .is_some_and(is_word)
}

/// Tells how long what begins with a quote is; a quote that is doubled in it begins another, which is all the same.
fn quoted(text: &str, closing: char) -> usize {
    let end = text[1..].find(closing);
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_all_that_a_new_library_is_made_of() {
        let all: Vec<_> = expected().collect();
        for (kind, name, sql) in &all {
            assert!(
                name.chars().all(is_word) && !name.is_empty(),
                "{kind} {name}"
            );
            assert!(!sql.ends_with(';') && !sql.contains("\nINSERT"), "{sql}");
        }
        let statements = SCHEMA.lines().filter(|it| it.starts_with("CREATE "));
        assert_eq!(all.len(), statements.count() + 1);
        assert!(
            all.iter()
                .any(|it| (it.0, it.1) == ("table", "schema_migration"))
        );
    }

    #[test]
    fn spaces_and_comments_mean_nothing_and_all_else_does() {
        let one = "CREATE TABLE a (b TEXT, -- c\r\n\td  TEXT DEFAULT 'x  --y' )";
        for same in [
            "TABLE a(b TEXT,d TEXT DEFAULT 'x  --y')",
            "CREATE TABLE a\n(b TEXT , d --\n TEXT DEFAULT 'x  --y') -- end",
        ] {
            assert_eq!(bare(one), bare(same));
        }
        for other in [
            "CREATE TABLE a (b TEXT, d TEXT DEFAULT 'x --y')",
            "CREATE TABLE a (b TEXT, dTEXT DEFAULT 'x  --y')",
            "CREATE TABLE a (b TEXT, d TEXT DEFAULT 'x  --y') STRICT",
            "CREATE TABLE a (b TEXT)",
        ] {
            assert_ne!(bare(one), bare(other));
        }
        assert_eq!(bare("'it''s  a'  ''"), "'it''s  a'''");
        assert_eq!(bare("'open  "), "'open  ".trim_end());
    }
}
