//! A music library on the command line: syncs a folder and asks what is in it.
//!
//! `cargo run --release -p core-service --example music -- sync ~/Music`

mod albums;
mod args;
mod artists;
mod ask;
mod chosen;
mod duplicates;
mod favourites;
mod folders;
mod genres;
mod names;
mod pages;
mod playlist;
mod plays;
mod print;
mod ratings;
mod sync;
mod text;
mod tracks;
mod years;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use core_service::bootstrap::bootstrap_native;
use core_service::{CoreConfig, CoreService, ServiceError};

use args::{Args, Command};
use ask::Found;

/// A scan makes and drops many small texts on several threads, at which the system's allocator is
/// slow on some platforms.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command failed, for the shell.
enum Failure {
    /// It is told to the user, and the exit code is 1.
    Told(String),
    /// Everything was told already.
    Code(u8),
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::Told(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // Whoever reads our output has seen enough, as in `music tracks | head`.
            std::io::ErrorKind::BrokenPipe => Self::Code(0),
            _ => Self::Told(format!("writing the output failed: {error}")),
        }
    }
}

#[core_async::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let in_json = matches!(&args.command, Command::Sync(options) if options.json);
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Told(message)) => {
            if in_json {
                sync::did_not_begin(&message);
            }
            print::note(&format!("music: {message}"));
            ExitCode::FAILURE
        }
        Err(Failure::Code(code)) => ExitCode::from(code),
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let database = args.database()?;
    if let Some(why) = no_library(&database) {
        let Command::Sync(options) = &args.command else {
            return Err(Failure::Told(format!(
                "{}: {why}; `music sync <folder>` makes one",
                database.display()
            )));
        };
        sync::check_folder(options)?;
        args.make_default_folder(&database)?;
    }
    let mut config = CoreConfig::builder().database_path(&database);
    if let Command::Sync(options) = &args.command {
        config = config.duplicates(options.duplicates.into());
    }
    let config = config
        .build()
        .map_err(|error| Failure::Told(error.to_string()))?;
    let service = bootstrap_native(config).await?;
    let done = command(&service, args.command).await;
    let closed = service.shutdown().await;
    done?;
    closed.map_err(|error| {
        // The output of the command is complete.
        print::note(&format!("music: {error}"));
        Failure::Code(1)
    })
}

/// Tells why there is no library at a path, if there is none. Where that can't be told, opening it says
/// why.
fn no_library(database: &Path) -> Option<&'static str> {
    match std::fs::metadata(database) {
        Ok(found) if found.is_file() && found.len() == 0 => Some("the file is empty, no library"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("there is no library"),
        _ => None,
    }
}

async fn command(service: &CoreService, command: Command) -> Result<(), Failure> {
    match command {
        Command::Sync(options) => sync::run(service, options).await,
        Command::Folders(options) => folders::run(service, options).await,
        Command::Search {
            text,
            albums,
            artists,
            limit,
            json,
        } => {
            let what = match (albums, artists) {
                (true, _) => Found::Albums,
                (_, true) => Found::Artists,
                _ => Found::Tracks,
            };
            ask::search(service, &text, what, limit, json).await
        }
        Command::Tracks(options) => tracks::list(service, options).await,
        Command::Albums(options) => albums::list(service, options).await,
        Command::Artists(options) => artists::list(service, options).await,
        Command::Genres(options) => genres::list(service, options).await,
        Command::Show { id, json } => ask::show(service, id, json).await,
        Command::Album(options) => albums::show(service, options).await,
        Command::Artist(options) => artists::show(service, options).await,
        Command::Played(options) => plays::played(service, options).await,
        Command::History(options) => plays::history(service, options).await,
        Command::Rate(options) => ratings::rate(service, options).await,
        Command::Favourites(options) => favourites::run(service, options).await,
        Command::Artwork {
            id,
            size,
            output,
            json,
        } => ask::artwork(service, id, size, output, json).await,
        Command::Jobs { warnings, json } => ask::jobs(service, warnings, json).await,
        Command::Playlist(command) => playlist::run(service, command).await,
        Command::Quarantine {
            retry: true, key, ..
        } => ask::retry_quarantined(service, key.as_deref()).await,
        Command::Quarantine { json, .. } => ask::quarantine(service, json).await,
        Command::Duplicates { keep: Some(id), .. } => duplicates::keep(service, id).await,
        Command::Duplicates {
            set_aside: true,
            json,
            ..
        } => duplicates::set_aside(service, json).await,
        Command::Duplicates { keep_all, json, .. } if keep_all.is_empty() => {
            duplicates::list(service, json).await
        }
        Command::Duplicates { keep_all, .. } => duplicates::keep_all(service, &keep_all).await,
        Command::Stats { json } => ask::stats(service, json).await,
    }
}
