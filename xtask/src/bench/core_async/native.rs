//! Natively: the same small programs over core-async and over tokio, by instructions.
//!
//! Each is run with few and with many operations; the difference is what the operations cost.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::PACKAGE;
use crate::bench::row::{Cost, Row};
use crate::command::Cmd;
use crate::{wasm, workspace};

const PROGRAMS: &[&str] = &[
    "mutex",
    "semaphore",
    "notify",
    "oneshot",
    "mpsc",
    "broadcast",
    "watch",
    "spawn_join",
    "timeout",
    "spawn_blocking",
];

const FEW: u32 = 1_000;
const MANY: u32 = 11_000;

/// Finds the program that counts.
pub(crate) fn find_valgrind() -> Result<PathBuf> {
    workspace::find_program(&["valgrind"])
        .context("get it on Debian with: apt-get install --no-install-recommends valgrind")
}

pub(super) fn measure() -> Result<Vec<Row>> {
    let Ok(valgrind) = prepare() else {
        eprintln!(
            "instructions are not counted: {:#}",
            find_valgrind()
                .err()
                .unwrap_or_else(|| anyhow::anyhow!("valgrind does not run"))
        );
        return Ok(Vec::new());
    };
    let (ours, tokio) = ("programs_ours", "programs_tokio");
    Cmd::cargo()
        .args(["build", "--release", "--quiet", "-p", PACKAGE])
        .args(["--example", ours, "--example", tokio])
        .current_dir(&workspace::root())
        .run()?;
    let cost = |example: &str, program: &str| -> Result<Cost> {
        let few = count(&valgrind, example, program, FEW)?;
        let many = count(&valgrind, example, program, MANY)?;
        Ok(Cost::exact(
            (many as f64 - few as f64) / f64::from(MANY - FEW),
        ))
    };
    let mut rows = Vec::new();
    for program in PROGRAMS {
        eprintln!("counting the instructions of {program}");
        rows.push(Row {
            bench: format!("native_{program}"),
            unit: "instructions",
            ours: cost(ours, program)?,
            peer_name: "tokio".to_owned(),
            peer: Ok(cost(tokio, program)?),
        });
    }
    Ok(rows)
}

fn prepare() -> Result<PathBuf> {
    if find_valgrind().is_err() {
        wasm::install_debian_packages(&["valgrind"])?;
    }
    find_valgrind()
}

/// Counts the instructions of one run.
fn count(valgrind: &PathBuf, example: &str, program: &str, operations: u32) -> Result<u64> {
    let path = workspace::target_dir()
        .join("release/examples")
        .join(example);
    let scratch = workspace::target_dir().join("bench");
    std::fs::create_dir_all(&scratch)?;
    let log = scratch.join("callgrind.log");
    Cmd::new(valgrind)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", log.display()))
        .arg(path)
        .arg(program)
        .arg(operations.to_string())
        .capture()?;
    let said = std::fs::read_to_string(&log)?;
    let count = collected(&said).with_context(|| format!("callgrind names no count:\n{said}"))?;
    ensure!(count > 0, "callgrind has counted nothing:\n{said}");
    Ok(count)
}

/// Reads a line like `==7== Collected : 1234`.
fn collected(log: &str) -> Option<u64> {
    let (_, count) = log.lines().find_map(|it| it.split_once("Collected :"))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_the_log() {
        let log = "==7== Events    : Ir\n==7== Collected : 30051\n==7==\n";
        assert_eq!(collected(log), Some(30_051));
        assert_eq!(collected("==7== Events"), None);
    }
}
