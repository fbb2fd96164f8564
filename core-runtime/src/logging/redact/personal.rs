//! Knows e-mail addresses and the paths of home folders.

use std::sync::LazyLock;

use super::shapes::{Shape, regex, replace_all};

/// Replaces personal data; `None` if there is nothing to replace.
pub(super) fn redact(text: &str) -> Option<String> {
    replace_all(text, &PERSONAL)
}

static PERSONAL: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    vec![
        Shape {
            hints: &["@", "%40"],
            pattern: regex(
                r#"[^\s"'<>(),;:=\[\]{}/\\&?@]+(?:@|%40)[^\s"'<>(),;:=\[\]{}/\\&?@.]+(?:\.[^\s"'<>(),;:=\[\]{}/\\&?@.%]+)+"#,
            ),
            replace: |_| "[email]".to_owned(),
        },
        Shape {
            // A Windows profile folder may have spaces in its name, so it goes to the next
            // separator if there is one.
            hints: &["users"],
            pattern: regex(
                r#"(?i)((?:\b[a-z]:[/\\]+|\\+)(?:users|documents and settings)[/\\]+)(?:[^/\\:*?"<>|\r\n]+([/\\])|[^/\\:*?"<>|\s]+)"#,
            ),
            replace: |it| format!("{}[user]{}", &it[1], it.get(2).map_or("", |it| it.as_str())),
        },
        Shape {
            hints: &["home", "users"],
            pattern: regex(
                r#"(?i)((?:/|%2F)(?:home|users)(?:/|%2F)+)(?:%[013-9a-f][0-9a-f]|%2[0-9a-e]|[^/\s"'<>|:;,%])+"#,
            ),
            replace: |it| format!("{}[user]", &it[1]),
        },
    ]
});
