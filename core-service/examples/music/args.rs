//! The command line.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::Failure;

/// A music library on the command line.
#[derive(Parser)]
#[command(name = "music", version, about = "A music library on the command line")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// The library's database [default: music-core/library.db in the user's data folder]
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring a folder of music, here or on a WebDAV server, into the library; without one, a small
    /// sample library
    Sync(Sync),
    /// Find tracks by any words in title, artist or album
    Search {
        /// What to look for
        text: String,
        /// At most so many tracks, 1 to 1000
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the tracks
    Tracks {
        /// Also those whose files are gone
        #[arg(long)]
        all: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the albums
    Albums {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the artists
    Artists {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show all about one track
    Show {
        /// The track's id
        id: i64,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show an artist, and look for an image of it among the files
    Artist {
        /// The artist's id
        id: i64,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
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
    /// List, show, import and export playlists
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

/// What becomes of tracks of one folder that sound the same.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Duplicates {
    /// All are listed
    KeepBoth,
    /// Only the newest file is listed
    KeepNewest,
    /// All are listed, and the sync says how many there are; `music duplicates` lists them
    Ask,
}

#[derive(Subcommand)]
pub(crate) enum Playlist {
    /// List the playlists
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the tracks of a playlist
    Show {
        /// The playlist's id
        id: i64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
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
pub(crate) struct Sync {
    /// The folder with the music, or the URL of one on a WebDAV server
    pub(crate) folder: Option<PathBuf>,
    /// The folder on a WebDAV server, as a URL
    #[arg(long, value_name = "URL", conflicts_with = "folder")]
    pub(crate) webdav: Option<String>,
    /// Who signs in to the server
    #[arg(long, value_name = "NAME", requires = "password_file")]
    pub(crate) user: Option<String>,
    /// The file with the password; `-` for standard input. It is read each time and kept nowhere
    #[arg(long, value_name = "FILE", requires = "user")]
    pub(crate) password_file: Option<PathBuf>,
    /// List everything instead of what changed
    #[arg(long)]
    pub(crate) full: bool,
    /// What becomes of tracks that sound the same, in this sync
    #[arg(long, value_name = "POLICY", default_value = "keep-both")]
    pub(crate) duplicates: Duplicates,
    /// What is gone is meant to be gone, be it everything; implies --full
    #[arg(long)]
    pub(crate) confirm_deletions: bool,
    /// Print one JSON object at the end, also of a sync that could not begin
    #[arg(long)]
    pub(crate) json: bool,
}

impl Sync {
    /// Gives the URL of the folder, if it is on a server; of any kind, since the core says which it knows.
    pub(crate) fn url(&self) -> Option<&str> {
        let is_url = |text: &&str| {
            // A drive of Windows is one letter.
            text.split_once("://").is_some_and(|(scheme, _)| {
                scheme.len() > 1 && scheme.chars().all(|it| it.is_ascii_alphanumeric())
            })
        };
        let folder = || self.folder.as_ref()?.to_str().filter(is_url);
        self.webdav.as_deref().or_else(folder)
    }
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
