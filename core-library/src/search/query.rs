//! What a person types, turned into a query that SQLite accepts whatever it was.

use super::words::{Chunk, Word, chunks};

/// Characters of a query that count; nobody types more.
const MAX_CHARS: usize = 256;
/// Terms of a query that count; SQLite limits how deep an expression may be.
const MAX_TERMS: usize = 32;

/// A search as it was understood: every term must be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: Option<Field>,
    expression: String,
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
                terms.extend(it.expressions(wordless).into_iter().map(|expression| Term {
                    field: it.field,
                    expression,
                }));
            }
            if !terms.is_empty() {
                break;
            }
        }
        terms.truncate(MAX_TERMS);
        Self { terms }
    }

    /// Tells whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Writes the query for a table; `None` if nothing there can match.
    pub(super) fn expression(&self, table: Table) -> Option<String> {
        let terms: Option<Vec<String>> = self.terms.iter().map(|it| it.on(table)).collect();
        terms
            .filter(|terms| !terms.is_empty())
            .map(|terms| terms.join(" AND "))
    }
}

impl Term {
    fn on(&self, table: Table) -> Option<String> {
        let column = match (self.field, table) {
            (None, _) => return Some(self.expression.clone()),
            (Some(Field::Title), Table::Tracks) => "title",
            (Some(Field::Artist), Table::Tracks | Table::Albums) => "artist",
            (Some(Field::Artist), Table::Artists) => "name",
            (Some(Field::Album), Table::Tracks) => "album",
            (Some(Field::Album), Table::Albums) => "title",
            _ => return None,
        };
        Some(format!("{{{column}}} : {}", self.expression))
    }
}

/// A term as typed.
struct RawTerm<'a> {
    field: Option<Field>,
    text: &'a str,
    quoted: bool,
}

impl RawTerm<'_> {
    fn expressions(&self, wordless: bool) -> Vec<String> {
        let chunks = chunks(self.text);
        if wordless {
            return chunks
                .iter()
                .map(|chunk| format!("(\"{}\")", chunk.symbol))
                .collect();
        }
        if self.quoted {
            let words: Vec<&Word> = chunks.iter().flat_map(|chunk| &chunk.words).collect();
            return match words.is_empty() {
                true => Vec::new(),
                false => vec![format!("({})", phrase(&words))],
            };
        }
        chunks.iter().flat_map(chunk_expressions).collect()
    }
}

fn chunk_expressions(chunk: &Chunk) -> Vec<String> {
    chunk
        .words
        .chunk_by(|left, right| left.single == right.single)
        .map(|run| {
            let words: Vec<&Word> = run.iter().collect();
            if run[0].single {
                return format!("({})", phrase(&words));
            }
            match chunk.joined() {
                Some(joined) => format!("({} * OR \"{joined}\" *)", phrase(&words)),
                None => format!("({} *)", phrase(&words)),
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
