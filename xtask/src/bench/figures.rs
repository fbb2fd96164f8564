//! What pages write about what they measured.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::row::{Cost, Row};

const OURS: &str = "ours";

/// A figure that a peer can't have: its name, the peer, and why.
pub(super) type Missing = (&'static str, &'static str, &'static str);

/// Reads lines like `figure NAME | PEER | SAMPLE SAMPLE …`, each figure beginning with ours, and
/// `missing NAME | PEER | REASON`.
pub(super) fn read(output: &str, unit: &'static str, missing: &[Missing]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut ours = BTreeMap::new();
    let mut reasons: Vec<_> = missing
        .iter()
        .map(|(bench, peer, reason)| [*bench, *peer, *reason])
        .collect();
    for line in output.lines() {
        let (kind, line) = line.trim().split_once(' ').unwrap_or_default();
        if kind != "figure" && kind != "missing" {
            continue;
        }
        let parts: Vec<_> = line.split('|').map(str::trim).collect();
        let [bench, name, samples] = &*parts else {
            bail!("not a line of the page's: {line}");
        };
        if kind == "missing" {
            reasons.push([*bench, *name, *samples]);
            continue;
        }
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
            unit,
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
    for [bench, peer, reason] in reasons {
        if let Some(ours) = ours.get(bench) {
            rows.push(Row {
                bench: bench.to_owned(),
                unit,
                ours: *ours,
                peer_name: peer.to_owned(),
                peer: Err(reason.to_owned()),
            });
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSING: &[Missing] = &[("lock", "another", "it has no locks")];

    #[test]
    fn a_row_has_the_medians_of_both() {
        let rows = read(
            "running 1 test\n  figure lock | ours | 30 10 20\n figure lock | tokio | 1 99 40 60\nok",
            "ns",
            &[],
        );
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 1);
        let json = rows[0].json();
        assert_eq!((&json["ours"], &json["peer"]), (&20.0.into(), &50.0.into()));
        assert_eq!((&json["ratio"], &json["best"]), (&2.5.into(), &0.1.into()));
    }

    #[test]
    fn a_figure_that_a_peer_lacks_says_why() {
        let output = "figure lock | ours | 1\nfigure lock | tokio | 2";
        let rows = read(output, "ns", MISSING).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].json()["missing"], "it has no locks");

        let output = "figure lock | ours | 1\nfigure lock | tokio | 2\nmissing lock | it | is slow";
        let rows = read(output, "ns", &[]).unwrap();
        assert_eq!((&*rows[1].peer_name, rows.len()), ("it", 2));
        assert_eq!(rows[1].json()["missing"], "is slow");
    }

    #[test]
    fn a_page_without_figures_is_an_error() {
        let read = |output: &str| read(output, "ns", MISSING);
        let error = read("running 1 test\npanicked at\n").unwrap_err();
        assert!(error.to_string().contains("panicked at"), "{error}");
        read("figure lock | ours | one").unwrap_err();
        read("figure lock | ours |").unwrap_err();
        read("figure lock | tokio | 1").unwrap_err();
    }
}
