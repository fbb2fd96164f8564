//! What this crate makes public has a row.

use super::{futures, types};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The sources of what is public.
fn sources() -> Vec<String> {
    fn collect(path: &Path, found: &mut Vec<PathBuf>) {
        match path.is_dir() {
            true => {
                for entry in fs::read_dir(path).expect("a folder of this crate") {
                    collect(&entry.expect("it can be listed").path(), found);
                }
            }
            false => found.push(path.to_owned()),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for name in ["fs", "io", "runtime", "signal", "sync", "task", "time"] {
        for place in [root.join(name), root.join("local").join(name)] {
            for path in [place.with_extension("rs"), place] {
                if path.exists() && !path.ends_with("local/runtime.rs") {
                    collect(&path, &mut found);
                }
            }
        }
    }
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a file of this crate");
    found.iter().map(read).collect()
}

/// The identifiers that follow `start` at the beginning of lines.
fn defined<'a>(sources: &'a [String], start: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = sources.iter().flat_map(|source| source.lines());
    let rest = lines.filter_map(move |line| line.trim_start().strip_prefix(start));
    rest.map(|rest| {
        rest.split(|it: char| !it.is_alphanumeric() && it != '_')
            .next()
            .expect("a split has a part")
    })
    // A parameter of a macro.
    .filter(|name| !name.is_empty())
}

/// The functions that give a future, by `async` or by a type that has no name.
fn asynchronous(sources: &[String]) -> impl Iterator<Item = &str> {
    let functions = sources
        .iter()
        .flat_map(|source| source.split("pub fn ").skip(1));
    let signatures = functions.filter_map(|rest| Some(rest.split_once('{')?.0));
    let futures = signatures.filter(|signature| signature.contains("-> impl Future"));
    let names = futures.filter_map(|signature| signature.split(['(', '<']).next());
    names.chain(defined(sources, "pub async fn "))
}

/// The types that `pub use` names.
fn exported(sources: &[String]) -> impl Iterator<Item = &str> {
    let statements = sources.iter().flat_map(|source| {
        let parts = source.split("\npub use ").skip(1);
        parts.filter_map(|part| part.split(';').next())
    });
    let words = statements.flat_map(|it| it.split(|it: char| !it.is_alphanumeric() && it != '_'));
    words.filter(|word| {
        word.starts_with(char::is_uppercase)
            && word.contains(char::is_lowercase)
            // Traits.
            && !word.starts_with("Async")
    })
}

fn count<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[test]
fn every_public_type_has_a_row() {
    let sources = sources();
    let rows = types::rows();
    // The path without its parameters: rows may differ in these alone.
    let mut paths: Vec<&str> = rows
        .iter()
        .map(|row| {
            row.name
                .split('<')
                .next()
                .expect("a split has a part")
                .trim()
        })
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let in_table = count(
        paths
            .iter()
            .map(|path| path.rsplit("::").next().expect("a name").trim()),
    );
    let mut wanted = count(
        exported(&sources)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter(),
    );
    for (name, times) in
        count(defined(&sources, "pub struct ").chain(defined(&sources, "pub enum ")))
    {
        wanted.insert(name, times);
    }
    assert!(wanted.len() > 60, "the sources are elsewhere: {wanted:?}");
    wanted.retain(|name, times| in_table.get(name).copied().unwrap_or(0) < *times);
    assert!(
        wanted.is_empty(),
        "types without a row, and how many have the name: {wanted:?}"
    );
}

#[test]
fn every_public_asynchronous_function_has_a_row() {
    let sources = sources();
    let rows: Vec<String> = futures::rows()
        .iter()
        .map(|row| row.name.split_whitespace().collect())
        .collect();
    let mut wanted = count(asynchronous(&sources));
    assert!(wanted.len() > 50, "the sources are elsewhere: {wanted:?}");
    wanted.retain(|name, times| {
        let calls = [format!(".{name}("), format!("::{name}(")];
        let named = rows
            .iter()
            .filter(|row| calls.iter().any(|call| row.contains(call)));
        named.count() < *times
    });
    assert!(
        wanted.is_empty(),
        "functions without a row, and how many have the name: {wanted:?}"
    );
}
