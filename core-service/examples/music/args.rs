//! The command line.

mod sync;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::Failure;
use crate::albums::{Album, Albums};
use crate::artists::{Artist, Artists};
use crate::favourites::Favourites;
use crate::folders::Folders;
use crate::genres::Genres;
use crate::playlist::Playlist;
use crate::plays::{History, Played};
use crate::ratings::Rate;
use crate::tracks::Tracks;

pub(crate) use sync::{Duplicates, Sync};

/// A music library on the command line.
#[derive(Parser)]
#[command(
    name = "music",
    version,
    args_override_self = true,
    about = "A music library on the command line"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// The library's database [default: music-core/library.db in the user's data folder]
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
}

/// What the exit code of a sync says.
const EXIT_CODES: &str = "\
Exit codes:
  0    all was read
  1    the sync failed, or rests until it is run again
  2    the command line is wrong
  23   the sync is done, but for files or folders that could not be read
  130  it was interrupted";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring a folder of music, here or on a WebDAV server, into the library; without one, a small
    /// sample library
    #[command(after_help = EXIT_CODES)]
    Sync(Sync),
    /// List the folders and servers that were synced, or take one out of the library
    Folders(Folders),
    /// Find tracks by any words in title, artist or album
    Search {
        /// What to look for
        text: String,
        /// Find albums instead
        #[arg(long, conflicts_with = "artists")]
        albums: bool,
        /// Find artists instead
        #[arg(long)]
        artists: bool,
        /// At most so many, 1 to 1000
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the tracks, or those that meet all conditions given
    Tracks(Tracks),
    /// List the albums, or those that meet all conditions given
    Albums(Albums),
    /// List the artists, or those with a role
    Artists(Artists),
    /// List the genres, with the number of their tracks
    Genres(Genres),
    /// Show all about one track
    Show {
        /// The track's id
        id: i64,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show an album with its tracks
    Album(Album),
    /// Show an artist, and look for an image of it among the files
    Artist(Artist),
    /// Note that tracks were played just now
    Played(Played),
    /// List what was played, the latest first
    History(History),
    /// Rate tracks, or take their ratings away
    Rate(Rate),
    /// List the favourites, or make tracks favourites
    #[command(visible_alias = "favorites")]
    Favourites(Favourites),
    /// Show an image: its type, its size and its colour; or write a small copy of it to a file
    Artwork {
        /// The image's id, which albums, tracks and artists give
        id: i64,
        /// How large the copy is: small, medium or large
        #[arg(long, default_value = "medium")]
        size: Size,
        /// Where to write the copy
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// List the syncs, newest first
    Jobs {
        /// With what each had to say
        #[arg(long)]
        warnings: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List, show, make, edit, import and export playlists
    #[command(subcommand)]
    Playlist(Playlist),
    /// List the files that were set aside since they can't be read
    Quarantine {
        /// Let them be tried again by the next sync
        #[arg(long)]
        retry: bool,
        /// Only this one, by the key that the list gives
        #[arg(requires = "retry")]
        key: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the tracks that sound the same and about which nothing was decided, or decide about some
    Duplicates {
        /// Keep this track; the others that sound like it leave the lists. No file is touched
        #[arg(long, value_name = "ID", conflicts_with = "keep_all")]
        keep: Option<i64>,
        /// Keep all these tracks, also those that left the lists before
        #[arg(long, value_name = "ID", num_args = 2..)]
        keep_all: Vec<i64>,
        /// List the tracks that left the lists, each with the one that stands for it
        #[arg(long, conflicts_with_all = ["keep", "keep_all"])]
        set_aside: bool,
        /// One JSON object a group, a line each
        #[arg(long)]
        json: bool,
    },
    /// Count what is in the library
    Stats {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
}

/// How large a small copy of an image is.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Size {
    Small,
    Medium,
    Large,
}

impl Args {
    /// Gives the database's path.
    pub(crate) fn database(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.db {
            return Ok(path.clone());
        }
        let Some(folders) = directories::ProjectDirs::from("", "", "music-core") else {
            return Err(Failure::Told(
                "there is no home folder; name a database with --db".into(),
            ));
        };
        Ok(folders.data_dir().join("library.db"))
    }

    /// Makes the folder of the default database. The one of a database that the user named should
    /// be there: it may be mistyped.
    pub(crate) fn make_default_folder(&self, database: &Path) -> Result<(), Failure> {
        let (None, Some(folder)) = (&self.db, database.parent()) else {
            return Ok(());
        };
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::Told(format!("{}: {error}", folder.display())))
    }
}
