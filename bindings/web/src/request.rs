//! What a page asks.

use serde::Deserialize;

/// A question, or something that a person does; as JSON `{"method":"albums","limit":50}`.
///
/// In all lists `limit` is 100 where it is missing, and `after` is the `next` of the page before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "method",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[allow(
    missing_docs,
    reason = "the fields are those of the calls in CoreService"
)]
pub enum Request {
    /// Lists albums by title, all or those of an album artist.
    Albums {
        artist: Option<i64>,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one album.
    Album { id: i64 },
    /// Lists tracks: by title, those of an album by disc and number, or those of an artist by title.
    Tracks {
        album: Option<i64>,
        artist: Option<i64>,
        #[serde(default)]
        missing: bool,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one track.
    Track { id: i64 },
    /// Lists artists by name.
    Artists {
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one artist.
    Artist { id: i64 },
    /// Lists genres by name.
    Genres {
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Finds tracks, albums and artists, the best of each.
    Search { text: String, limit: Option<usize> },
    /// Finds tracks, best first.
    SearchTracks {
        text: String,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Finds albums, best first.
    SearchAlbums {
        text: String,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Finds artists, best first.
    SearchArtists {
        text: String,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads the words of a track.
    Lyrics { track: i64 },
    /// Counts what there is.
    Stats,
    /// Notes that a track was played just now.
    Played { track: i64 },
    /// Rates a track from 0 to 100, or takes its rating away.
    Rate { track: i64, rating: Option<u8> },
    /// Makes a track a favourite, or no favourite.
    SetFavourite { track: i64, favourite: bool },
    /// Lists playlists by name.
    Playlists {
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Lists the entries of a playlist in order.
    PlaylistEntries {
        playlist: i64,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Makes an empty playlist and gives its id.
    CreatePlaylist {
        name: String,
        comment: Option<String>,
    },
    /// Gives a playlist another name.
    RenamePlaylist { playlist: i64, name: String },
    /// Removes a playlist.
    DeletePlaylist { playlist: i64 },
    /// Puts tracks at the end of a playlist, or after one of its entries.
    AddToPlaylist {
        playlist: i64,
        tracks: Vec<i64>,
        after: Option<i64>,
    },
    /// Takes entries out of a playlist and tells how many there were.
    RemoveFromPlaylist { playlist: i64, entries: Vec<i64> },
    /// Lists syncs, newest first.
    SyncHistory {
        before: Option<i64>,
        limit: Option<usize>,
    },
    /// Lists what a sync had to say.
    SyncWarnings { job: i64 },
    /// Asks a sync to stop.
    CancelSync { job: i64 },
    /// Tells how the core is.
    Health,
}
