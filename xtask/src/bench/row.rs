//! One line of a result: what ours costs, and what a peer does.

use std::fmt;

use serde_json::{Value, json};

/// What an operation costs; less is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    pub(super) median: f64,
    /// The least of all samples, which a busy machine disturbs least.
    pub(super) best: f64,
}

impl Cost {
    /// Makes the cost of something that comes out the same each time.
    pub(super) fn exact(cost: f64) -> Self {
        Self {
            median: cost,
            best: cost,
        }
    }

    /// Sums samples up; `None` if there are none.
    pub(super) fn of(mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        let middle = samples.len() / 2;
        let upper = *samples.get(middle)?;
        let median = match samples.len() % 2 {
            1 => upper,
            _ => (samples[middle - 1] + upper) / 2.0,
        };
        Some(Self {
            median,
            best: samples[0],
        })
    }
}

/// A figure of ours beside one peer's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) bench: String,
    pub(super) unit: &'static str,
    pub(super) ours: Cost,
    pub(super) peer_name: String,
    /// The peer's, or why there is none.
    pub(super) peer: Result<Cost, String>,
}

impl Row {
    /// The head of the table that rows make.
    pub(super) fn head() -> String {
        format!(
            "{:<22} {:<28} {:>10} {:>10} {:<12} {:>7} {:>7}",
            "figure", "peer", "ours", "peer", "unit", "ratio", "best"
        )
    }

    /// The row as one JSON object.
    pub(super) fn json(&self) -> Value {
        let mut row = json!({
            "bench": self.bench,
            "ours": rounded(self.ours.median),
            "peer_name": self.peer_name,
            "unit": self.unit,
        });
        match &self.peer {
            Ok(peer) => {
                row["peer"] = rounded(peer.median).into();
                row["ratio"] = rounded(self.ratio(peer)).into();
                row["best"] = rounded(self.best_ratio(peer)).into();
            }
            Err(reason) => row["missing"] = reason.as_str().into(),
        }
        row
    }

    fn ratio(&self, peer: &Cost) -> f64 {
        peer.median / self.ours.median
    }

    fn best_ratio(&self, peer: &Cost) -> f64 {
        peer.best / self.ours.best
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bench, peer_name, unit) = (&self.bench, &self.peer_name, self.unit);
        let ours = self.ours.median;
        write!(f, "{bench:<22} {peer_name:<28} {ours:>10.1} ")?;
        match &self.peer {
            Ok(peer) => {
                let (cost, ratio, best) = (peer.median, self.ratio(peer), self.best_ratio(peer));
                write!(f, "{cost:>10.1} {unit:<12} {ratio:>6.2}x {best:>6.2}x")
            }
            Err(reason) => write!(f, "{:>10} {unit:<12} {reason}", "-"),
        }
    }
}

/// Prints rows as lines of JSON, or as a table.
#[expect(
    clippy::print_stdout,
    reason = "the figures are the result of the task"
)]
pub(super) fn print_results(rows: &[Row], json: bool) {
    if !json {
        println!("{}", Row::head());
    }
    for row in rows {
        match json {
            true => println!("{}", row.json()),
            false => println!("{row}"),
        }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_has_the_middle_and_the_least() {
        let check = |samples: &[f64], median: f64, best: f64| {
            let expected = Some(Cost { median, best });
            assert_eq!(Cost::of(samples.to_vec()), expected, "{samples:?}");
        };
        check(&[7.0], 7.0, 7.0);
        check(&[9.0, 1.0, 5.0], 5.0, 1.0);
        check(&[4.0, 1.0, 9.0, 6.0], 5.0, 1.0);
        assert_eq!(Cost::of(Vec::new()), None);
    }
}
