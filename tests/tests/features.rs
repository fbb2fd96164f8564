//! `docs/features.md` and `docs/storage.md` name tests that exist.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_table_of_features_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = fs::read_to_string(root.join("docs/features.md")).unwrap();
    let mut named = 0;
    for (file, test) in table.split('`').filter_map(|it| it.split_once(".rs::")) {
        let path = root.join(format!("{file}.rs"));
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        let body = source.split(&format!("fn {test}(")).next().unwrap();
        assert!(body.len() < source.len(), "{file}.rs has no {test}");
        let before = body.rsplit("\n\n").next().unwrap();
        assert!(before.contains("test"), "{test} in {file}.rs is no test");
        named += 1;
    }
    assert!(named > 30, "the table is read: {named}");
    let rows = table.lines().filter(|it| it.starts_with("| ")).skip(1);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (state, shown) = (cells[3], cells[4]);
        let known = ["yes", "partly", "no"]
            .iter()
            .any(|it| state.starts_with(it));
        assert!(known, "{row}");
        assert_eq!(shown.is_empty(), state.starts_with("no"), "{row}");
    }
}

/// A name of a test is long, and has no place: where it is looked for is everywhere.
#[test]
fn every_test_that_the_table_of_storage_names_exists() {
    fn sources(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|it| it == "rs") {
                all.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = fs::read_to_string(root.join("docs/storage.md")).unwrap();
    let mut all = String::new();
    for folder in [
        "bridge-wasm/tests",
        "core-async/tests",
        "core-library/tests",
        "tests/pages/tests",
    ] {
        sources(&root.join(folder), &mut all);
    }
    let words = table.split('`').skip(1).step_by(2);
    let is_test = |it: &&str| it.matches('_').count() > 4 && !it.contains(['/', '.', ' ']);
    let mut named = 0;
    for test in words.filter(is_test) {
        assert!(all.contains(&format!("fn {test}(")), "there is no {test}");
        named += 1;
    }
    assert!(named > 20, "the table is read: {named}");
    let rows = table.lines().filter(|it| it.starts_with("| ")).skip(1);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert!(cells[2].starts_with('Y') && cells[6].contains('`'), "{row}");
    }
}
