//! What a person types, turned into a query that SQLite accepts whatever it was.

use super::fold::fold;
use super::words::{Word, chunks};

/// Characters of a query that count; nobody types more.
const MAX_CHARS: usize = 256;
/// Terms of a query that count; SQLite limits how deep an expression may be.
const MAX_TERMS: usize = 32;

/// A search as it was understood: every term must be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    /// The folded text, if a title may begin with it.
    beginning: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: Option<Field>,
    /// Words that follow each other. One of these is enough.
    phrases: Vec<String>,
    /// Whether the last letters of the last word may be missing.
    open: bool,
}

/// Where a term must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Artist,
    Album,
}

/// A search table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Tracks,
    Albums,
    Artists,
}

/// What the better matches of a table have. A group holds all of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    /// The columns that have all terms between them; none: it does not matter which.
    columns: &'static [&'static str],
    /// Whether no letters may be missing.
    whole: bool,
}

impl Table {
    /// Gives the columns that it has.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Tracks => &["title", "artist", "album", "extra"],
            Self::Albums => &["title", "artist"],
            Self::Artists => &["name"],
        }
    }

    /// Gives the columns where a match is better than elsewhere, the best first.
    fn best(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Tracks => &[&["title"], &["title", "artist"]],
            Self::Albums => &[&["title"]],
            Self::Artists => &[],
        }
    }
}

impl Query {
    /// Understands any text: words, the last letters of which may be missing, `"exact phrases"`,
    /// and `artist:`, `album:` or `title:` before either.
    ///
    /// Punctuation only separates words. Text without any word looks for names that have none.
    pub fn parse(text: &str) -> Self {
        let text: String = text.chars().take(MAX_CHARS).collect();
        let raw = raw_terms(&text);
        let mut terms = Vec::new();
        for wordless in [false, true] {
            for it in &raw {
                terms.extend(it.terms(wordless));
            }
            if !terms.is_empty() {
                let plain = !wordless && raw.iter().all(|it| it.field.is_none() && !it.quoted);
                terms.truncate(MAX_TERMS);
                return Self {
                    terms,
                    beginning: plain.then(|| fold(&text)),
                };
            }
        }
        Self::default()
    }

    /// Tells whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Tells whether it is one word, so that its list is as long as there are hits.
    pub(super) fn is_one_word(&self) -> bool {
        let mut phrases = self.terms.iter().flat_map(|it| &it.phrases);
        let first = phrases.next();
        first.is_some_and(|it| !it.contains(' ')) && phrases.next().is_none()
    }

    /// Gives the folded text that titles may begin with, if it is nothing but words.
    pub(super) fn beginning(&self) -> Option<&str> {
        self.beginning.as_deref()
    }

    /// Writes the query for a table; `None` if nothing there can match.
    pub(super) fn expression(&self, table: Table) -> Option<String> {
        self.conjunction(table, false)
    }

    /// Gives the groups of a table, the better matches first; the last one holds all.
    pub(super) fn groups(&self, table: Table) -> Vec<Group> {
        let columns = match self.terms.iter().any(|it| it.field.is_some()) {
            true => &[],
            false => table.best(),
        };
        let mut groups = Vec::new();
        if self.terms.iter().any(|it| it.open) {
            groups.push(Group {
                columns: columns.first().copied().unwrap_or_default(),
                whole: true,
            });
        }
        groups.extend(columns.iter().map(|columns| Group {
            columns,
            whole: false,
        }));
        groups.push(Group {
            columns: &[],
            whole: false,
        });
        groups
    }

    /// Writes an expression for each of a table's groups; none if nothing there can match.
    pub(super) fn expressions(&self, table: Table) -> Vec<String> {
        let groups = self.groups(table);
        let expressions: Option<Vec<String>> = groups
            .iter()
            .map(|group| {
                let all = self.conjunction(table, group.whole)?;
                Some(match group.columns {
                    [] => all,
                    columns => format!("{{{}}} : ({all})", columns.join(" ")),
                })
            })
            .collect();
        expressions.unwrap_or_default()
    }

    /// Gives the columns whose words tell of a hit whether it is in a group; `None` if words alone don't.
    pub(super) fn told_by(&self, group: Group, table: Table) -> Option<&'static [&'static str]> {
        let plain = self.terms.iter().all(|it| it.field.is_none());
        plain.then_some(match group.columns {
            [] => table.columns(),
            columns => columns,
        })
    }

    /// Gives for each term what the words of a hit in a group hold one of, with a space around each word.
    pub(super) fn needles(&self, group: Group) -> Vec<Vec<String>> {
        let needles = |term: &Term| {
            let end = if term.open && !group.whole { "" } else { " " };
            let needle = |phrase: &String| format!(" {phrase}{end}");
            term.phrases.iter().map(needle).collect()
        };
        self.terms.iter().map(needles).collect()
    }

    fn conjunction(&self, table: Table, whole: bool) -> Option<String> {
        let terms: Option<Vec<String>> = self.terms.iter().map(|it| it.on(table, whole)).collect();
        terms
            .filter(|terms| !terms.is_empty())
            .map(|terms| terms.join(" AND "))
    }
}

impl Term {
    /// Writes what matches it, limited to its field; `None` if the table lacks that.
    fn on(&self, table: Table, whole: bool) -> Option<String> {
        let star = if self.open && !whole { " *" } else { "" };
        // Words hold letters, digits and marks alone.
        let phrases: Vec<String> = self
            .phrases
            .iter()
            .map(|phrase| format!("\"{phrase}\"{star}"))
            .collect();
        let phrases = phrases.join(" OR ");
        let column = match (self.field, table) {
            (None, _) => return Some(format!("({phrases})")),
            (Some(Field::Title), Table::Tracks) => "title",
            (Some(Field::Artist), Table::Tracks | Table::Albums) => "artist",
            (Some(Field::Artist), Table::Artists) => "name",
            (Some(Field::Album), Table::Tracks) => "album",
            (Some(Field::Album), Table::Albums) => "title",
            _ => return None,
        };
        Some(format!("{{{column}}} : ({phrases})"))
    }
}

/// A term as typed.
struct RawTerm<'a> {
    field: Option<Field>,
    text: &'a str,
    quoted: bool,
}

impl RawTerm<'_> {
    /// Gives the terms that all must match.
    fn terms(&self, wordless: bool) -> Vec<Term> {
        let chunks = chunks(self.text);
        let term = |phrases, open| Term {
            field: self.field,
            phrases,
            open,
        };
        if wordless {
            let symbols = chunks.into_iter().map(|chunk| chunk.symbol);
            return symbols.map(|it| term(vec![it], false)).collect();
        }
        if self.quoted {
            let words: Vec<&Word> = chunks.iter().flat_map(|chunk| &chunk.words).collect();
            return match words.is_empty() {
                true => Vec::new(),
                false => vec![term(vec![phrase(&words)], false)],
            };
        }
        let mut terms = Vec::new();
        for chunk in &chunks {
            let joined = chunk.joined();
            for run in chunk
                .words
                .chunk_by(|left, right| left.single == right.single)
            {
                let words: Vec<&Word> = run.iter().collect();
                let phrases = std::iter::once(phrase(&words)).chain(joined.clone());
                terms.push(term(phrases.collect(), !run[0].single));
            }
        }
        terms
    }
}

fn phrase(words: &[&Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

fn raw_terms(text: &str) -> Vec<RawTerm<'_>> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (field, after) = field_prefix(rest);
        let (term, quoted, next) = quoted(after).unwrap_or_else(|| {
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            (&after[..end], false, &after[end..])
        });
        terms.push(RawTerm {
            field,
            text: term,
            quoted,
        });
        rest = next.trim_start();
    }
    terms
}

/// Splits off `artist:` and the like, where something follows it at once.
fn field_prefix(text: &str) -> (Option<Field>, &str) {
    let names = [
        ("title:", Field::Title),
        ("artist:", Field::Artist),
        ("album:", Field::Album),
    ];
    for (name, field) in names {
        let found = text
            .get(..name.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(name));
        let value = found.then(|| &text[name.len()..]);
        if let Some(value) = value
            && value.chars().next().is_some_and(|c| !c.is_whitespace())
        {
            return (Some(field), value);
        }
    }
    (None, text)
}

/// Splits off a phrase in quotes that are closed.
fn quoted(text: &str) -> Option<(&str, bool, &str)> {
    let is_quote = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}');
    let first = text.chars().next().filter(|c| is_quote(*c))?;
    let body = &text[first.len_utf8()..];
    let end = body.find(is_quote)?;
    let close = body[end..].chars().next()?.len_utf8();
    Some((&body[..end], true, &body[end + close..]))
}

#[cfg(test)]
mod tests {
    use super::{Query, Table};

    #[test]
    fn any_text_becomes_a_query() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(
                Query::parse(text).expression(Table::Tracks).as_deref(),
                expected,
                "{text}"
            );
        }
        check("abbey", Some(r#"("abbey" *)"#));
        check("beatles abbey", Some(r#"("beatles" *) AND ("abbey" *)"#));
        check("AC/DC", Some(r#"("ac dc" * OR "acdc" *)"#));
        check("don't", Some(r#"("don t" * OR "dont" *)"#));
        check("\"x", Some(r#"("x" *)"#));
        check("\"abbey road\" x", Some(r#"("abbey road") AND ("x" *)"#));
        check("artist:Björk", Some(r#"{artist} : ("bjork" *)"#));
        check("Album:“Abbey Road”", Some(r#"{album} : ("abbey road")"#));
        check("artist: x", Some(r#"("artist" *) AND ("x" *)"#));
        check("ビートルaz", Some(r#"("び ー と る") AND ("az" *)"#));
        check(
            "x NEAR(y)",
            Some(r#"("x" *) AND ("near y" * OR "neary" *)"#),
        );
        check("x - y", Some(r#"("x" *) AND ("y" *)"#));
        check("*", Some("(\"\u{e02a}\")"));
        check("", None);
        check(" \u{301} \0", None);
    }

    #[test]
    fn better_matches_come_first() {
        #[track_caller]
        fn check(text: &str, table: Table, expected: &[&str]) {
            assert_eq!(Query::parse(text).expressions(table), expected, "{text}");
        }
        check(
            "help",
            Table::Tracks,
            &[
                r#"{title} : (("help"))"#,
                r#"{title} : (("help" *))"#,
                r#"{title artist} : (("help" *))"#,
                r#"("help" *)"#,
            ],
        );
        check(
            "artist:help",
            Table::Tracks,
            &[r#"{artist} : ("help")"#, r#"{artist} : ("help" *)"#],
        );
        check("東京", Table::Artists, &[r#"("東 京")"#]);
        check("title:x", Table::Artists, &[]);
        check("", Table::Tracks, &[]);
    }

    #[test]
    fn a_title_may_begin_with_text_that_is_nothing_but_words() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(Query::parse(text).beginning(), expected, "{text}");
        }
        check(" Abbey  Ró", Some("abbey ro"));
        check("AC/DC", Some("ac/dc"));
        check("\"abbey\"", None);
        check("artist:x y", None);
        check("!!!", None);
        check("", None);
    }

    #[test]
    fn a_field_that_a_table_lacks_finds_nothing_there() {
        let query = Query::parse("title:help beatles");
        assert_eq!(query.expression(Table::Albums), None);
        assert_eq!(query.expression(Table::Artists), None);
        assert_eq!(
            Query::parse("artist:x")
                .expression(Table::Artists)
                .as_deref(),
            Some(r#"{name} : ("x" *)"#)
        );
        assert_eq!(
            Query::parse("album:x").expression(Table::Albums).as_deref(),
            Some(r#"{title} : ("x" *)"#)
        );
    }

    #[test]
    fn a_long_query_is_cut() {
        let query = Query::parse(&"a ".repeat(10_000));
        assert_eq!(query.terms.len(), super::MAX_TERMS);
    }
}
