//! Knows credentials by their shape, whatever stands beside them.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// Replaces credentials; `None` if there is nothing to replace.
pub(super) fn redact(text: &str) -> Option<String> {
    replace_all(text, &SHAPES)
}

/// A pattern, the text without which it can't match, and what a match becomes.
pub(super) struct Shape {
    /// One of these is in every match, in lower case; looking for them is quick.
    pub(super) hints: &'static [&'static str],
    pub(super) pattern: Regex,
    pub(super) replace: fn(&Captures<'_>) -> String,
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    vec![
        Shape {
            hints: &["private key-----"],
            pattern: regex(
                r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)",
            ),
            replace: |_| "[secret]".to_owned(),
        },
        Shape {
            // https://user:password@host
            hints: &["@"],
            pattern: regex(r#"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s?#"'<>]+@"#),
            replace: |it| format!("{}[secret]@", &it[1]),
        },
        Shape {
            hints: &["bearer"],
            pattern: regex(r#"(?i)\b(bearer(?:\s|%20|\+)+["']?)[A-Za-z0-9._~+/%=-]+"#),
            replace: |it| format!("{}[secret]", &it[1]),
        },
        Shape {
            // Base64 has a capital, a digit or a sign within, and "Basic tags" has not.
            hints: &["basic", "negotiate"],
            pattern: regex(
                r#"\b((?i:basic|negotiate)(?:\s|%20)+["']?)[A-Za-z0-9+/_-][a-z]*[A-Z0-9+/_=-][A-Za-z0-9+/_=-]*($|[\s"'<>,;)\]}])"#,
            ),
            replace: |it| format!("{}[secret]{}", &it[1], &it[2]),
        },
        Shape {
            // JSON web tokens: header and payload both start with an encoded `{"`.
            hints: &["eyj"],
            pattern: regex(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*"),
            replace: |_| "[secret]".to_owned(),
        },
        Shape {
            // Tokens that say by their first letters whose they are.
            hints: &["ya29.", "1//0", "aiza", "gocspx-", "ewb", "akia", "asia"],
            pattern: regex(
                r"\b(?:ya29\.[A-Za-z0-9._-]+|1//0[A-Za-z0-9._-]{10,}|AIza[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]+|EwB[A-Za-z0-9+/=]{40,}|(?:AKIA|ASIA)[A-Z0-9]{16})",
            ),
            replace: |_| "[secret]".to_owned(),
        },
    ]
});

pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

/// Applies `shapes` in order; `None` if none matches.
pub(super) fn replace_all(text: &str, shapes: &[Shape]) -> Option<String> {
    let mut clean: Option<String> = None;
    for shape in shapes {
        let text = clean.as_deref().unwrap_or(text);
        if !shape
            .hints
            .iter()
            .any(|it| contains_ignoring_case(text, it))
        {
            continue;
        }
        if shape.pattern.is_match(text) {
            let replaced = shape.pattern.replace_all(text, shape.replace).into_owned();
            clean = Some(replaced);
        }
    }
    clean
}

/// Looks for `hint`, which is in lower case.
fn contains_ignoring_case(text: &str, hint: &str) -> bool {
    let hint = hint.as_bytes();
    let mut windows = text.as_bytes().windows(hint.len());
    windows.any(|it| it.eq_ignore_ascii_case(hint))
}
