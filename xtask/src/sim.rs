//! The simulator of syncs, built and run.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::command::Cmd;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// What the simulator is given: --seeds N, --seed S, --mutants, --json, --threads N
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    Cmd::cargo()
        .args([
            "run",
            "--quiet",
            "--package",
            "music-core-sim",
            "--bin",
            "sim",
            "--",
        ])
        .args(&options.args)
        .current_dir(&workspace::root())
        .run()
}
