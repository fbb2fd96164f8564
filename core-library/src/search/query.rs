//! What a person types, turned into a query that SQLite accepts whatever it was.

use super::fold::fold;
use super::words::{Chunk, Word, chunks};

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
    /// Matches what has the word, or begins with it.
    expression: String,
    /// Matches what has just the word.
    whole: String,
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
                let expressions = it.expressions(wordless).into_iter();
                terms.extend(expressions.map(|(expression, whole)| Term {
                    field: it.field,
                    expression,
                    whole,
                }));
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

    /// Gives the folded text that titles may begin with, if it is nothing but words.
    pub(super) fn beginning(&self) -> Option<&str> {
        self.beginning.as_deref()
    }

    /// Writes the query for a table; `None` if nothing there can match.
    pub(super) fn expression(&self, table: Table) -> Option<String> {
        self.conjunction(|term| term.on(table, &term.expression))
    }

    /// Writes expressions for a table, the better matches first. None of them matches what one before
    /// it does, and together they match all that the query does.
    pub(super) fn tiers(&self, table: Table) -> Vec<String> {
        let Some(all) = self.expression(table) else {
            return Vec::new();
        };
        let whole = self
            .conjunction(|term| term.on(table, &term.whole))
            .filter(|it| *it != all);
        // Each matches all that those before it do.
        let mut wider = Vec::new();
        let columns: &[&str] = match table {
            _ if self.terms.iter().any(|it| it.field.is_some()) => &[],
            Table::Tracks => &["title", "title artist"],
            Table::Albums => &["title"],
            Table::Artists => &[],
        };
        match (columns.first(), whole) {
            (Some(title), Some(whole)) => wider.push(format!("{{{title}}} : ({whole})")),
            (None, Some(whole)) => wider.push(whole),
            (_, None) => (),
        }
        wider.extend(columns.iter().map(|it| format!("{{{it}}} : ({all})")));
        wider.push(all);
        let narrower = std::iter::once(None).chain(wider.iter().map(Some));
        wider
            .iter()
            .zip(narrower)
            .map(|(wanted, better)| match better {
                Some(better) => format!("({wanted}) NOT ({better})"),
                None => wanted.clone(),
            })
            .collect()
    }

    fn conjunction(&self, write: impl Fn(&Term) -> Option<String>) -> Option<String> {
        let terms: Option<Vec<String>> = self.terms.iter().map(write).collect();
        terms
            .filter(|terms| !terms.is_empty())
            .map(|terms| terms.join(" AND "))
    }
}

impl Term {
    /// Limits one of its expressions to its field.
    fn on(&self, table: Table, expression: &str) -> Option<String> {
        let column = match (self.field, table) {
            (None, _) => return Some(expression.to_owned()),
            (Some(Field::Title), Table::Tracks) => "title",
            (Some(Field::Artist), Table::Tracks | Table::Albums) => "artist",
            (Some(Field::Artist), Table::Artists) => "name",
            (Some(Field::Album), Table::Tracks) => "album",
            (Some(Field::Album), Table::Albums) => "title",
            _ => return None,
        };
        Some(format!("{{{column}}} : {expression}"))
    }
}

/// A term as typed.
struct RawTerm<'a> {
    field: Option<Field>,
    text: &'a str,
    quoted: bool,
}

impl RawTerm<'_> {
    /// Gives the expressions that all must match, each also as it matches whole words alone.
    fn expressions(&self, wordless: bool) -> Vec<(String, String)> {
        let chunks = chunks(self.text);
        if wordless {
            let symbols = chunks.iter().map(|chunk| format!("(\"{}\")", chunk.symbol));
            return symbols.map(|it| (it.clone(), it)).collect();
        }
        if self.quoted {
            let words: Vec<&Word> = chunks.iter().flat_map(|chunk| &chunk.words).collect();
            let phrase = format!("({})", phrase(&words));
            return match words.is_empty() {
                true => Vec::new(),
                false => vec![(phrase.clone(), phrase)],
            };
        }
        chunks.iter().flat_map(chunk_expressions).collect()
    }
}

fn chunk_expressions(chunk: &Chunk) -> Vec<(String, String)> {
    chunk
        .words
        .chunk_by(|left, right| left.single == right.single)
        .map(|run| {
            let words: Vec<&Word> = run.iter().collect();
            let phrase = phrase(&words);
            if run[0].single {
                return (format!("({phrase})"), format!("({phrase})"));
            }
            match chunk.joined() {
                Some(joined) => (
                    format!("({phrase} * OR \"{joined}\" *)"),
                    format!("({phrase} OR \"{joined}\")"),
                ),
                None => (format!("({phrase} *)"), format!("({phrase})")),
            }
        })
        .collect()
}

/// Quotes words; they hold letters, digits and marks alone.
fn phrase(words: &[&Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    format!("\"{}\"", words.join(" "))
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
    fn better_matches_come_first_and_none_twice() {
        #[track_caller]
        fn check(text: &str, table: Table, expected: &[&str]) {
            assert_eq!(Query::parse(text).tiers(table), expected, "{text}");
        }
        check(
            "help",
            Table::Tracks,
            &[
                r#"{title} : (("help"))"#,
                r#"({title} : (("help" *))) NOT ({title} : (("help")))"#,
                r#"({title artist} : (("help" *))) NOT ({title} : (("help" *)))"#,
                r#"(("help" *)) NOT ({title artist} : (("help" *)))"#,
            ],
        );
        check(
            "artist:help",
            Table::Tracks,
            &[
                r#"{artist} : ("help")"#,
                r#"({artist} : ("help" *)) NOT ({artist} : ("help"))"#,
            ],
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
