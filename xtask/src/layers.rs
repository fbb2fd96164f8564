//! Checks that dependencies point down, and that platform code stands where it may.
//!
//! [`rules`] is the picture of the layers as tables. [`graph`] holds them against what
//! `cargo metadata` says, [`scan`] against the sources.

mod graph;
mod rules;
mod scan;

use std::fmt;

use anyhow::{Result, bail};

use crate::workspace;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    file: String,
    line: usize,
    message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

pub(crate) fn run() -> Result<()> {
    let root = workspace::root();
    let metadata = workspace::metadata()?;
    let graph = graph::Graph::from_metadata(&metadata);
    let mut violations = graph::check(&graph, |package, dependency| {
        graph::manifest_line(&root, package, dependency)
    });
    let sources = scan::sources(&root, &metadata)?;
    violations.extend(scan::check(&sources)?);
    violations.sort();
    violations.dedup();
    for violation in &violations {
        eprintln!("{violation}");
    }
    if !violations.is_empty() {
        bail!("{} places break the layers", violations.len());
    }
    eprintln!(
        "layers: {} packages and {} source files keep to the rules",
        graph.members().count(),
        sources.len()
    );
    Ok(())
}
