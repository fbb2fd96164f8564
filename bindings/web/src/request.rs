//! What a page asks.

use serde::Deserialize;

/// A question, or something that a person does; as JSON `{"albums":{"limit":50}}`.
///
/// In all lists `limit` is 100 where it is missing, and `after` is the `next` of the page before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[allow(
    missing_docs,
    reason = "the fields are those of the calls in CoreService"
)]
pub enum Request {
    /// Lists albums by title, or the newest first: all, those of an album artist, those that an artist
    /// appears on, those with a genre, of a release type, compilations.
    Albums {
        artist: Option<i64>,
        appears: Option<i64>,
        genre: Option<i64>,
        compilation: Option<bool>,
        release_type: Option<String>,
        #[serde(default)]
        newest: bool,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one album.
    Album { id: i64 },
    /// Lists tracks by title, or the newest first, those of an album by disc, number and path: all, those of an
    /// artist in any role or one, those of a genre, favourites.
    Tracks {
        album: Option<i64>,
        artist: Option<i64>,
        role: Option<String>,
        genre: Option<i64>,
        #[serde(default)]
        favourite: bool,
        #[serde(default)]
        newest: bool,
        #[serde(default)]
        missing: bool,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one track.
    Track { id: i64 },
    /// Lists artists by name: all, those that albums are by, or those that have a role on a track.
    Artists {
        #[serde(default)]
        album_artists: bool,
        role: Option<String>,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Reads one artist.
    Artist { id: i64 },
    /// Looks for an image of an artist and gives its id.
    ArtistArtwork { artist: i64 },
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
    Stats {},
    /// Notes that a track was played just now.
    Played { track: i64 },
    /// Lists what was played, the latest first.
    History {
        limit: Option<usize>,
        after: Option<String>,
    },
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
    /// Makes a playlist of rules, which are JSON as text, and gives its id.
    CreateSmartPlaylist {
        name: String,
        comment: Option<String>,
        rules: String,
    },
    /// Gives a smart playlist other rules.
    SetSmartPlaylist { playlist: i64, rules: String },
    /// Gives the rules of a smart playlist, as text.
    SmartPlaylist { playlist: i64 },
    /// Lists the tracks that rules give.
    PreviewSmartPlaylist {
        rules: String,
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Asks LRCLIB for the words of tracks that have none.
    FetchLyrics { limit: u64 },
    /// Asks MusicBrainz which recordings tracks are.
    RecogniseTracks { limit: u64 },
    /// Tells what MusicBrainz said a track is.
    Recognised { track: i64 },
    /// Asks Last.fm who an artist is.
    ArtistInfo {
        artist: i64,
        language: Option<String>,
    },
    /// Lists the files of a folder that were set aside, by key.
    Quarantined {
        folder: i64,
        after: Option<String>,
        limit: Option<usize>,
    },
    /// Lets the next sync try one of them again, or all.
    RetryQuarantined { folder: i64, file: Option<String> },
    /// Lists groups of tracks of one folder that sound the same and about which nothing was decided yet.
    Duplicates {
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Lists the tracks that left the lists since another one stands for them.
    DuplicatesSetAside {
        limit: Option<usize>,
        after: Option<String>,
    },
    /// Keeps one of some tracks that sound the same, or all.
    DecideDuplicates { tracks: Vec<i64>, keep: Option<i64> },
    /// Lists syncs, newest first.
    SyncHistory {
        before: Option<i64>,
        limit: Option<usize>,
    },
    /// Lists what a sync had to say.
    SyncWarnings {
        job: i64,
        after: Option<i64>,
        limit: Option<usize>,
    },
    /// Asks a sync to stop.
    CancelSync { job: i64 },
    /// Tells how the core is.
    Health {},
}
