//! Questions about the library, and what a person does with it.

mod artist_image;
mod artwork;
mod content;
mod enrichment;
mod playlist_files;
mod playlists;
mod smart_playlists;
mod thumbnail;

pub use content::TrackContent;
pub use playlist_files::{ExportPaths, MAX_BYTES, Origin, Place, PlaylistFormat};

use core_library::model::{AlbumId, ArtistId, PageCursor, TrackId};
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track::{self, Presence, TrackFilter, TrackOrder};
use core_library::repository::{annotation, genre, lyrics, stats, touched};
use core_library::{WriteTx, search};
use core_runtime::events::{ChangedIds, LibraryEvent};

use crate::dto::{Album, Artist, Genre, Lyrics, Page, Play, Stats, Track};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Lists tracks by title, at most `limit`, beginning after a page's end; those whose files are
    /// gone only if `missing_too`.
    ///
    /// # Errors
    /// `InvalidInput` for a limit out of range or a cursor of another list.
    pub async fn tracks(
        &self,
        missing_too: bool,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        let presence = if missing_too {
            Presence::Any
        } else {
            Presence::Present
        };
        let filter = TrackFilter {
            presence,
            ..TrackFilter::default()
        };
        self.tracks_where(&filter, TrackOrder::Title, limit, after)
            .await
    }

    /// Lists the tracks of an album, by disc, number and path.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn album_tracks(
        &self,
        id: AlbumId,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        let filter = TrackFilter {
            album: Some(id),
            ..TrackFilter::default()
        };
        self.tracks_where(&filter, TrackOrder::Album, limit, after)
            .await
    }

    /// Lists the tracks that an artist has a part in, by title.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn artist_tracks(
        &self,
        id: ArtistId,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        let filter = TrackFilter {
            artist: Some(id),
            ..TrackFilter::default()
        };
        self.tracks_where(&filter, TrackOrder::Title, limit, after)
            .await
    }

    /// Lists the tracks that meet a filter: of an artist in a role, a genre, a folder; favourites, missing.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks); `InvalidInput` for [`TrackOrder::Album`] without an album.
    pub async fn tracks_where(
        &self,
        filter: &TrackFilter,
        order: TrackOrder,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        let library = &self.inner.library;
        Ok(Page::of(
            track::page(library, filter, order, after.as_ref(), limit).await?,
        ))
    }

    /// Reads one track.
    ///
    /// # Errors
    /// `NotFound` if there is none of that id.
    pub async fn track(&self, id: TrackId) -> Result<Track> {
        Ok(track::get(&self.inner.library, id).await?.into())
    }

    /// Lists albums by title.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn albums(&self, limit: usize, after: Option<PageCursor>) -> Result<Page<Album>> {
        self.albums_where(&AlbumFilter::default(), AlbumOrder::Title, limit, after)
            .await
    }

    /// Lists the albums of an album artist, by title.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn artist_albums(
        &self,
        id: ArtistId,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Album>> {
        let filter = AlbumFilter {
            artist: Some(id),
            ..AlbumFilter::default()
        };
        self.albums_where(&filter, AlbumOrder::Title, limit, after)
            .await
    }

    /// Lists the albums that meet a filter: of an artist, of one who appears on them, of a genre, of a
    /// release type; compilations.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn albums_where(
        &self,
        filter: &AlbumFilter,
        order: AlbumOrder,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Album>> {
        let library = &self.inner.library;
        Ok(Page::of(
            album::page(library, filter, order, after.as_ref(), limit).await?,
        ))
    }

    /// Reads one album.
    ///
    /// # Errors
    /// `NotFound` if there is none of that id.
    pub async fn album(&self, id: AlbumId) -> Result<Album> {
        Ok(album::get(&self.inner.library, id).await?.into())
    }

    /// Lists artists by name.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn artists(&self, limit: usize, after: Option<PageCursor>) -> Result<Page<Artist>> {
        self.artists_where(&ArtistFilter::default(), limit, after)
            .await
    }

    /// Lists the artists that meet a filter: those that albums are by, those with a role.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn artists_where(
        &self,
        filter: &ArtistFilter,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Artist>> {
        Ok(Page::of(
            artist::page(&self.inner.library, filter, after.as_ref(), limit).await?,
        ))
    }

    /// Reads one artist.
    ///
    /// # Errors
    /// `NotFound` if there is none of that id.
    pub async fn artist(&self, id: ArtistId) -> Result<Artist> {
        Ok(artist::get(&self.inner.library, id).await?.into())
    }

    /// Lists genres by name.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn genres(&self, limit: usize, after: Option<PageCursor>) -> Result<Page<Genre>> {
        Ok(Page::of(
            genre::page(&self.inner.library, after.as_ref(), limit).await?,
        ))
    }

    /// Finds tracks by what a person types, best first. Any text is fine.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn search(
        &self,
        text: &str,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        Ok(Page::of(
            search::tracks(&self.inner.library, text, after.as_ref(), limit).await?,
        ))
    }

    /// Finds albums by what a person types, best first. Any text is fine.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn search_albums(
        &self,
        text: &str,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Album>> {
        Ok(Page::of(
            search::albums(&self.inner.library, text, after.as_ref(), limit).await?,
        ))
    }

    /// Finds artists by what a person types, best first. Any text is fine.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn search_artists(
        &self,
        text: &str,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Artist>> {
        Ok(Page::of(
            search::artists(&self.inner.library, text, after.as_ref(), limit).await?,
        ))
    }

    /// Reads the words of a track, the best source first.
    ///
    /// # Errors
    /// `NotFound` if there is no such track; else what the database says.
    pub async fn lyrics(&self, id: TrackId) -> Result<Vec<Lyrics>> {
        let lyrics = lyrics::of_track(&self.inner.library, id).await?;
        if lyrics.is_empty() {
            self.track(id).await?;
        }
        Ok(lyrics.into_iter().map(Lyrics::from).collect())
    }

    /// Counts what is in the library.
    ///
    /// # Errors
    /// What the database says.
    pub async fn stats(&self) -> Result<Stats> {
        Ok(stats::read(&self.inner.library).await?.into())
    }

    /// Notes that a track was played just now.
    ///
    /// # Errors
    /// `NotFound` if there is no such track.
    pub async fn played(&self, id: TrackId) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        let now = tx.now_ms();
        annotation::played(&mut tx, id, now).await?;
        self.commit_annotation(tx, id).await
    }

    /// Lists what was played, the latest first.
    ///
    /// # Errors
    /// As [`tracks`](Self::tracks).
    pub async fn history(&self, limit: usize, after: Option<PageCursor>) -> Result<Page<Play>> {
        Ok(Page::of(
            annotation::history(&self.inner.library, after.as_ref(), limit).await?,
        ))
    }

    /// Rates a track from 0 to 100, or takes its rating away.
    ///
    /// # Errors
    /// `NotFound` if there is no such track, `InvalidInput` for a rating over 100.
    pub async fn rate(&self, id: TrackId, rating: Option<u8>) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        annotation::rate(&mut tx, id, rating).await?;
        self.commit_annotation(tx, id).await
    }

    /// Makes a track a favourite, or no favourite.
    ///
    /// # Errors
    /// `NotFound` if there is no such track.
    pub async fn set_favourite(&self, id: TrackId, favourite: bool) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        let since = favourite.then(|| tx.now_ms());
        annotation::set_favourite(&mut tx, id, since).await?;
        self.commit_annotation(tx, id).await
    }

    async fn commit_annotation(&self, mut tx: WriteTx, id: TrackId) -> Result<()> {
        touched::tracks(&mut tx, &[id]).await?;
        let touched = tx.take_touched();
        tx.commit().await?;
        // After shutdown nobody listens, and the change is stored all the same.
        let _ = self.inner.events.publish(LibraryEvent::Changed {
            tracks_added: ChangedIds::default(),
            tracks_updated: ChangedIds::from_iter([id.0]),
            tracks_removed: ChangedIds::default(),
            albums: touched.albums.into_iter().collect(),
            artists: touched.artists.into_iter().collect(),
        });
        Ok(())
    }
}
