//! Kills the real program while it syncs, many times.

use anyhow::Result;
use clap::Args;

use crate::command::Cmd;
use crate::{web_servers, workspace};

#[derive(Args)]
pub(crate) struct Options {
    /// How many times the program is killed
    #[arg(long, default_value_t = 500)]
    kills: u64,
    /// Which random rounds to run
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the test `fire` of the workspace with many kills. What it did comes last, as JSON on
/// standard error; a difference between library and server fails it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let programs = web_servers::prepare()?;
    Cmd::cargo()
        .args(["build", "-p", "core-service", "--example", "music"])
        .current_dir(&workspace::root())
        .run()?;
    Cmd::cargo()
        .args([
            "test",
            "-p",
            "music-core-tests",
            "--features",
            "web-servers",
        ])
        .args([
            "--test",
            "fire",
            "no_kill_and_no_fault",
            "--",
            "--nocapture",
        ])
        .current_dir(&workspace::root())
        .env(web_servers::PROGRAMS, programs)
        .env("FIRE_KILLS", options.kills.to_string())
        .env("FIRE_SEED", options.seed.to_string())
        .run()
}
