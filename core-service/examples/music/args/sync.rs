//! The command line of `music sync`.

use std::path::PathBuf;

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

/// What becomes of tracks of one folder that sound the same.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Duplicates {
    /// All are listed
    KeepBoth,
    /// Only the newest file is listed, even if the others are on other albums
    KeepNewest,
    /// All are listed, and the sync says how many there are; `music duplicates` lists them
    Ask,
}
