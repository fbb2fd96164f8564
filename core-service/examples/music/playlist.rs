//! `music playlist`: lists, shows, makes, edits, imports and exports playlists.

mod edit;
mod files;
mod smart;

use std::path::PathBuf;

use clap::Subcommand;
use core_service::{CoreService, PlaylistId};

use crate::pages::{PAGE, pages};
use crate::{Failure, print, text};

#[derive(Subcommand)]
pub(crate) enum Playlist {
    /// List the playlists
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the entries of a playlist, each with its number and its track
    Show {
        /// The playlist's id
        id: i64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Make a playlist
    Create {
        /// The playlist's name
        name: String,
        /// The ids of its tracks, in order
        #[arg(value_name = "TRACK")]
        tracks: Vec<i64>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Add tracks to a playlist; one may be in it several times
    Add {
        /// The playlist's id
        id: i64,
        /// The ids of the tracks, in order
        #[arg(value_name = "TRACK", required = true)]
        tracks: Vec<i64>,
        #[command(flatten)]
        place: Place,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Move entries of a playlist to another place in it
    Move {
        /// The playlist's id
        id: i64,
        /// The entries, in the order that they are to have
        #[arg(value_name = "ENTRY", required = true)]
        entries: Vec<i64>,
        #[command(flatten)]
        place: Place,
    },
    /// Take entries out of a playlist
    Remove {
        /// The playlist's id
        id: i64,
        /// The entries, as `show` numbers them
        #[arg(value_name = "ENTRY", required = true)]
        entries: Vec<i64>,
    },
    /// Give a playlist another name
    Rename {
        /// The playlist's id
        id: i64,
        /// The new name
        name: String,
    },
    /// Make a playlist of the tracks that a file names
    Import {
        /// A file of another player: .m3u, .m3u8, .pls or .xspf
        file: PathBuf,
        /// The playlist's name, if the file has none [default: the file's name]
        #[arg(long)]
        name: Option<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write a playlist as a file for other players
    Export {
        /// The playlist's id
        id: i64,
        /// The new file; its extension tells the format
        file: PathBuf,
        /// Name tracks by their whole path, not by the way from the file
        #[arg(long)]
        absolute: bool,
    },
    /// Make a smart playlist, whose rules say what is in it
    Smart {
        /// The playlist's name
        name: String,
        /// The file with the rules, as JSON; `-` for standard input
        rules: PathBuf,
    },
    /// List the tracks that rules give, without making a playlist
    Preview {
        /// The file with the rules, as JSON; `-` for standard input
        rules: PathBuf,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show the rules of a smart playlist, or give it others
    Rules {
        /// The playlist's id
        id: i64,
        /// The file with the new rules, as JSON; `-` for standard input
        rules: Option<PathBuf>,
    },
    /// Delete a playlist; its tracks stay
    Delete {
        /// The playlist's id
        id: i64,
    },
}

#[derive(clap::Args)]
#[group(multiple = false)]
pub(crate) struct Place {
    /// Before all others [default: after all others]
    #[arg(long)]
    first: bool,
    /// After this entry
    #[arg(long, value_name = "ENTRY")]
    after: Option<i64>,
}

pub(crate) async fn run(service: &CoreService, command: Playlist) -> Result<(), Failure> {
    match command {
        Playlist::List { json } => list(service, json).await,
        Playlist::Show { id, json } => show(service, id, json).await,
        Playlist::Create { name, tracks, json } => {
            edit::create(service, &name, &tracks, json).await
        }
        Playlist::Add {
            id,
            tracks,
            place,
            json,
        } => edit::add(service, PlaylistId(id), &tracks, place, json).await,
        Playlist::Move { id, entries, place } => {
            edit::move_to(service, PlaylistId(id), &entries, place).await
        }
        Playlist::Remove { id, entries } => edit::remove(service, PlaylistId(id), &entries).await,
        Playlist::Rename { id, name } => Ok(service.rename_playlist(PlaylistId(id), &name).await?),
        Playlist::Import { file, name, json } => files::import(service, &file, name, json).await,
        Playlist::Export { id, file, absolute } => {
            files::export(service, id, &file, absolute).await
        }
        Playlist::Smart { name, rules } => smart::make(service, &name, &rules).await,
        Playlist::Preview { rules, json } => smart::preview(service, &rules, json).await,
        Playlist::Rules { id, rules } => smart::rules(service, id, rules.as_deref()).await,
        Playlist::Delete { id } => Ok(service.delete_playlist(PlaylistId(id)).await?),
    }
}

async fn list(service: &CoreService, json: bool) -> Result<(), Failure> {
    pages(
        async |after| service.playlists(PAGE, after).await,
        |list| {
            print::line(&list, json, |it| {
                let tracks = match it.entry_count {
                    Some(count) => text::count(count, "track"),
                    None => "smart".to_owned(),
                };
                format!("{:>6}  {} ({tracks})", it.id, it.name)
            })
        },
    )
    .await
    .map(drop)
}

async fn show(service: &CoreService, id: i64, json: bool) -> Result<(), Failure> {
    pages(
        async |after| service.playlist_entries(PlaylistId(id), PAGE, after).await,
        |entry| {
            print::line(&entry, json, |it| {
                format!("{:>6}: {}", it.id, print::track(&it.track))
            })
        },
    )
    .await
    .map(drop)
}
