//! `docs/features.md` names tests that exist.

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
