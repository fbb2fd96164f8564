//! The sources, and which words stand in them.
//!
//! Sources are read as tokens, so that comments and texts don't count.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use cargo_metadata::Metadata;
use proc_macro2::{TokenStream, TokenTree};

use super::Violation;
use super::rules::{Sense, WORDS, Word};

/// A source file: its path from the root, with `/`, and its text.
pub(super) struct Source {
    path: String,
    text: String,
}

/// Reads the Rust files of all packages of the workspace.
pub(super) fn sources(root: &Path, metadata: &Metadata) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for package in metadata.workspace_packages() {
        let folder = package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder");
        read_folder(root, folder.as_std_path(), &mut sources)?;
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.dedup_by(|a, b| a.path == b.path);
    Ok(sources)
}

fn read_folder(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            // A folder `target` belongs to cargo.
            if path.file_name().is_some_and(|it| it != "target") {
                read_folder(root, &path, sources)?;
            }
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("can't read {}", path.display()))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let path = relative.to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

/// Finds the words that stand where they may not.
pub(super) fn check(sources: &[Source]) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for source in sources {
        let tokens: TokenStream = source
            .text
            .parse()
            .map_err(|error| anyhow!("{} is not Rust: {error}", source.path))?;
        let banned: Vec<&Word> = WORDS
            .iter()
            .filter(|it| !may_stand(it, &source.path))
            .collect();
        find(tokens, false, &banned, &source.path, &mut violations);
    }
    Ok(violations)
}

fn may_stand(word: &Word, path: &str) -> bool {
    word.places
        .iter()
        .any(|(place, _)| match place.strip_prefix('*') {
            // Not a module of that name.
            Some(within) => path
                .split_once(within)
                .is_some_and(|(before, _)| !before.contains("/src")),
            None => path.starts_with(place),
        })
}

/// Finds them in some tokens, which stand in a condition or not.
fn find(
    tokens: TokenStream,
    in_condition: bool,
    banned: &[&Word],
    path: &str,
    violations: &mut Vec<Violation>,
) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let in_condition = in_condition || holds_a_condition(&tokens, at);
                find(group.stream(), in_condition, banned, path, violations);
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                let hit = banned.iter().find(|it| it.words.contains(&&*name));
                let Some(word) = hit else { continue };
                let counts = match word.sense {
                    Sense::Any => true,
                    Sense::Crate => heads_a_path(&tokens, at),
                    Sense::Condition => in_condition,
                };
                if !counts {
                    continue;
                }
                violations.push(Violation {
                    file: path.to_owned(),
                    line: ident.span().start().line,
                    message: format!("`{name}` may not stand here: {}", word.message),
                });
            }
            _ => {}
        }
    }
}

/// Tells whether the group at `at` is that of `cfg(…)`, `cfg!(…)` or `cfg_attr(…)`.
fn holds_a_condition(tokens: &[TokenTree], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].to_string());
    let name = match before(1).as_deref() {
        Some("!") => before(2),
        _ => before(1),
    };
    name.is_some_and(|it| it == "cfg" || it == "cfg_attr")
}

/// Tells whether the word at `at` names a crate: `word::…`, `use word`, `extern crate word`.
fn heads_a_path(tokens: &[TokenTree], at: usize) -> bool {
    let is = |at: Option<usize>, text: &str| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|it| it.to_string() == text)
    };
    let before = |n: usize| at.checked_sub(n);
    let is_continued = is(Some(at + 1), ":") && is(Some(at + 2), ":");
    let is_named = is(before(1), "use") || is(before(1), "crate");
    // In `a::tokio::b` it is a module of `a`; in `use ::tokio` it is the crate.
    let follows_colons = is(before(1), ":") && is(before(2), ":");
    let parent = before(3).and_then(|at| tokens.get(at));
    let has_parent = matches!(parent, Some(TokenTree::Ident(it)) if it != "use");
    match follows_colons {
        true => !has_parent,
        false => is_continued || is_named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_lines(path: &str, text: &str, expected: &[usize]) {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let violations = check(&[source]).unwrap();
        let lines: Vec<_> = violations.iter().map(|it| it.line).collect();
        assert_eq!(lines, expected, "{violations:?}");
    }

    #[test]
    fn a_target_condition_is_found_where_it_may_not_stand() {
        let text = "//! x\n#[cfg(not(target_arch = \"wasm32\"))]\nfn f() { if cfg!(target_family = \"wasm\") {} }\n";
        assert_lines("core-sync/src/lib.rs", text, &[2, 3]);
        assert_lines("core-async/src/task.rs", text, &[]);
        assert_lines("core-service/src/bootstrap_wasm.rs", text, &[]);
        assert_lines("core-service/src/service.rs", text, &[2, 3]);
        assert_lines("core-sync/tests/sync.rs", text, &[]);
    }

    #[test]
    fn a_target_condition_is_found_in_every_form() {
        for text in [
            "#[cfg_attr(target_arch = \"wasm32\", path = \"a.rs\")] mod a;",
            "#[cfg(all(test, any(not(target_family = \"wasm\"))))] fn f() {}",
            "#![cfg(target_arch = \"wasm32\")]",
            "fn f() -> bool { cfg!(target_os = \"unknown\") }",
            "m! { #[cfg(target_pointer_width = \"32\")] fn f() {} }",
            "cfg_select! { target_vendor = \"unknown\" => {} _ => {} }",
            "#[cfg(unix)] fn f() {}",
            "fn f() -> bool { cfg!(not(any(windows))) }",
            "#[cfg_attr(panic = \"abort\", allow(unused))] fn f() {}",
            "#[cfg(target_feature = \"simd128\")] fn f() {}",
            "fn f() -> bool { std::env::consts::ARCH == \"wasm32\" }",
        ] {
            assert_lines("core-sync/src/lib.rs", text, &[1]);
        }
    }

    #[test]
    fn words_of_conditions_have_other_meanings_elsewhere() {
        let text = "fn f() { let unix = g(); panic!(); }\n";
        assert_lines("core-sync/src/lib.rs", text, &[]);
    }

    #[test]
    fn a_module_named_as_the_folder_of_tests_is_none() {
        let text = "#[cfg(target_arch = \"wasm32\")] fn f() {}\n";
        assert_lines("core-sync/src/tests/it.rs", text, &[1]);
        assert_lines("tests/pages/src/page.rs", text, &[]);
    }

    #[test]
    fn words_in_comments_and_texts_do_not_count() {
        let text = "/// Like tokio::spawn, on any target_arch.\nfn f() { g(\"tokio::spawn\"); } // tokio::spawn\n";
        assert_lines("core-sync/src/lib.rs", text, &[]);
    }

    #[test]
    fn a_crate_is_found_however_it_is_named() {
        let text = "use tokio::sync;\nfn f() { tokio::spawn(g()); }\nuse ::tokio as t;\nextern crate tokio;\nuse {tokio::fs, std::io};\n";
        assert_lines("core-library/src/db.rs", text, &[1, 2, 3, 4, 5]);
        assert_lines("bridge-native/src/database.rs", text, &[]);
    }

    #[test]
    fn a_module_or_value_of_that_name_is_something_else() {
        let text = "fn f(tokio: u8) { a::tokio::b(tokio); }\n";
        assert_lines("core-library/src/db.rs", text, &[]);
    }

    #[test]
    fn a_browser_type_is_found() {
        assert_lines("core-sync/src/lib.rs", "fn f(x: web_sys::Window) {}", &[1]);
        assert_lines("bridge-wasm/src/lib.rs", "fn f(x: web_sys::Window) {}", &[]);
    }
}
