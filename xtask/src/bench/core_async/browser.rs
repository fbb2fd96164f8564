//! The page: built, run in the headless browser, and its lines read.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::row::{Cost, Row};
use super::{PACKAGE, sizes};
use crate::wasm::BrowserTests;

const OURS: &str = "ours";
const UNIT: &str = "ns";

/// Figures that a peer can't have.
const MISSING: &[(&str, &str, &str)] = &[
    (
        "mutex_lock",
        "tokio_with_wasm",
        "its sync is tokio::sync itself",
    ),
    ("timer_insert", "tokio", "its timers panic in a browser"),
];

/// Measures everything that needs a wasm compiler.
pub(super) fn measure(only: Option<&str>) -> Result<Vec<Row>> {
    let tools = BrowserTests::prepare()?;
    let mut rows = match only {
        Some(_) => Vec::new(),
        None => sizes::measure()?,
    };
    eprintln!("measuring in the browser, which takes some minutes");
    let mut cmd = tools.cargo_test();
    if let Some(only) = only {
        cmd = cmd.env("CORE_ASYNC_BENCH_ONLY", only);
    }
    let output = cmd
        .args(["-p", PACKAGE, "--profile", "web", "--bench", "browser"])
        .args(["--", "--nocapture"])
        // In seconds.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "1800")
        .capture()?;
    rows.extend(read(&output)?);
    Ok(rows)
}

/// Reads lines like `figure NAME | PEER | SAMPLE SAMPLE …`.
fn read(output: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut ours = BTreeMap::new();
    for line in output.lines() {
        let Some(line) = line.trim().strip_prefix("figure ") else {
            continue;
        };
        let parts: Vec<_> = line.split('|').map(str::trim).collect();
        let [bench, name, samples] = &*parts else {
            bail!("not a line of the page's: {line}");
        };
        let samples = samples.split_whitespace().map(str::parse);
        let samples = samples.collect::<Result<Vec<f64>, _>>();
        let samples = samples.with_context(|| format!("not numbers: {line}"))?;
        let cost = Cost::of(samples).with_context(|| format!("no numbers: {line}"))?;
        if *name == OURS {
            ours.insert((*bench).to_owned(), cost);
            continue;
        }
        rows.push(Row {
            bench: (*bench).to_owned(),
            unit: UNIT,
            ours: *ours
                .get(*bench)
                .with_context(|| format!("{bench} has none of ours"))?,
            peer_name: (*name).to_owned(),
            peer: Ok(cost),
        });
    }
    if rows.is_empty() {
        bail!("the page wrote no figures:\n{output}");
    }
    for (bench, peer, reason) in MISSING {
        if let Some(ours) = ours.get(*bench) {
            rows.push(Row {
                bench: (*bench).to_owned(),
                unit: UNIT,
                ours: *ours,
                peer_name: (*peer).to_owned(),
                peer: Err(reason),
            });
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_medians_of_both() {
        let rows = read(
            "running 1 test\n  figure lock | ours | 30 10 20\n figure lock | tokio | 1 99 40 60\nok",
        );
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 1);
        let json = rows[0].json();
        assert_eq!((&json["ours"], &json["peer"]), (&20.0.into(), &50.0.into()));
        assert_eq!((&json["ratio"], &json["best"]), (&2.5.into(), &0.1.into()));
    }

    #[test]
    fn a_figure_that_a_peer_lacks_says_why() {
        let rows = read("figure mutex_lock | ours | 1\nfigure mutex_lock | tokio | 2").unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].json()["missing"], "its sync is tokio::sync itself");
    }

    #[test]
    fn a_page_without_figures_is_an_error() {
        let error = read("running 1 test\npanicked at\n").unwrap_err();
        assert!(error.to_string().contains("panicked at"), "{error}");
        read("figure lock | ours | one").unwrap_err();
        read("figure lock | ours |").unwrap_err();
        read("figure lock | tokio | 1").unwrap_err();
    }
}
