//! The tasks of this repository: `cargo xtask <task>`.
//!
//! What a task does it prints to standard error, and results go to standard output. A command that
//! fails is named so that it can be run by hand.

mod bench;
mod command;
mod doctor;
mod fire;
mod layers;
mod lint;
mod page;
mod sim;
mod steps;
mod test;
mod wasm;
mod web;
mod web_servers;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs all tests: natively, and in a browser those that run there
    Test(test::Options),
    /// Checks format, clippy and docs with warnings denied, and the layers
    Lint,
    /// Checks the direction of dependencies, and where platform code may stand
    Layers,
    /// Builds a page of wasm from an example, and serves it if asked
    Page(page::Options),
    /// Builds the npm package for web pages and its demo page, and serves that if asked
    Web(web::Options),
    /// Simulates syncs that go wrong in every way, and checks that nothing is lost
    Sim(sim::Options),
    /// Measures against other programs
    Bench(bench::Options),
    /// Kills the program while it syncs from a real server, again and again
    Fire(fire::Options),
    /// Tells which of the needed tools are there, and how to get the others
    Doctor,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Lint => lint::run(),
        Task::Layers => layers::run(),
        Task::Page(options) => page::run(&options),
        Task::Web(options) => web::run(&options),
        Task::Sim(options) => sim::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Fire(options) => fire::run(&options),
        Task::Doctor => doctor::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
