//! Measures ours against other programs. Never a part of the tests.

mod beets;
mod core_async;
mod figures;
mod formats;
mod library;
mod memory;
mod metadata;
mod mpd;
mod ours;
mod queries;
mod row;
mod scan;
mod storage;
mod sync;
mod web;
mod webdav;

use anyhow::Result;
use clap::{Args, Subcommand};

#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// First full sync, no-change sync and 1 % change sync, against MPD and beets
    Scan(scan::Options),
    /// Reading tags, against TagLib and mutagen, and the bytes and requests that it takes in ranges
    Metadata(metadata::Options),
    /// Listing a folder on a WebDAV server into the library, against `rclone lsf -R`
    Webdav(webdav::Options),
    /// Syncs of a small and a large made-up drive, and `bench webdav`
    Sync(sync::Options),
    /// Searches and pages of libraries of 100,000 and 1,000,000 tracks, against plain FTS5 and `OFFSET`
    Library(queries::Options),
    /// Primitives, tasks and timers: in a browser against other libraries, natively against tokio
    Async(core_async::Options),
    /// Files and SQLite in a page, against raw IndexedDB and other libraries
    Storage(storage::Options),
    /// A folder synced in a page, against the native program
    Web(web::Options),
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.bench {
        Bench::Scan(options) => scan::run(options),
        Bench::Metadata(options) => metadata::run(options),
        Bench::Webdav(options) => webdav::run(options),
        Bench::Sync(options) => sync::run(options),
        Bench::Library(options) => queries::run(options),
        Bench::Async(options) => core_async::run(options),
        Bench::Storage(options) => storage::run(options),
        Bench::Web(options) => web::run(options),
    }
}

/// Tells which peers are there, in lines for people.
pub(crate) fn report() -> Vec<(&'static str, Result<String>)> {
    vec![
        ("mpd, mpc (bench)", mpd::find().map(|_| "there".to_owned())),
        (
            "beets (bench)",
            beets::find().map(|it| it.display().to_string()),
        ),
        (
            "valgrind (bench)",
            core_async::find_valgrind().map(|it| it.display().to_string()),
        ),
    ]
}
