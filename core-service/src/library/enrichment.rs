//! What services on the network know of the music. Nothing is asked unless a host calls these.

use bytes::Bytes;
use core_library::model::{AlbumId, ArtistId, TrackId};
use core_library::repository::enrichment::{self, Asked, EnrichmentKind};
use core_metadata::online::cover_art::Size;
use core_metadata::online::last_fm::ArtistInfo;
use core_runtime::config::ConfigError;
use core_sync::{Enrichment, EnrichmentSummary};

use crate::error::{Result, ServiceError};
use crate::service::CoreService;

impl CoreService {
    /// Asks LRCLIB for the words of tracks that have none, at most `limit` tracks, half a second apart.
    /// Each answer is kept at once; the next call goes on from there.
    ///
    /// # Errors
    /// `Config` if there is no HTTP client, and what the library says. Trouble with the service is told in
    /// the summary.
    ///
    /// # Cancel safety
    /// What was answered is kept.
    pub async fn fetch_lyrics(&self, limit: u64) -> Result<EnrichmentSummary> {
        let stop = &self.inner.stopping;
        Ok(self.enrichment()?.lyrics(limit, stop).await?)
    }

    /// Asks MusicBrainz which recordings and releases tracks are whose tags don't say it, at most `limit`
    /// tracks, a second apart.
    ///
    /// # Errors
    /// As [`fetch_lyrics`](Self::fetch_lyrics).
    ///
    /// # Cancel safety
    /// What was answered is kept.
    pub async fn recognise_tracks(&self, limit: u64) -> Result<EnrichmentSummary> {
        let stop = &self.inner.stopping;
        Ok(self.enrichment()?.recordings(limit, stop).await?)
    }

    /// Tells what MusicBrainz said a track is, as JSON with `recording`, `release`, `release_group` and
    /// `artists`; `None` if it was not asked or had nothing.
    ///
    /// # Errors
    /// `NotFound` if there is no such track; else what the library says.
    pub async fn recognised(&self, id: TrackId) -> Result<Option<String>> {
        let kind = EnrichmentKind::Recording;
        match enrichment::asked(&self.inner.library, kind, id.0).await? {
            Some(Asked::Found(answer)) => Ok(answer),
            _ => self.track(id).await.map(|_| None),
        }
    }

    /// Gives an album's front cover from the Cover Art Archive; it is kept nowhere. `None` if its release
    /// is not known, by its tags or by [`recognise_tracks`](Self::recognise_tracks), or has no cover there.
    ///
    /// # Errors
    /// `NotFound` if there is no such album, `Config` if there is no HTTP client, `Throttled`, `Offline` and
    /// what else the archive says.
    pub async fn online_cover(&self, id: AlbumId, size: Size) -> Result<Option<Bytes>> {
        Ok(self.enrichment()?.cover(id, size).await?)
    }

    /// Tells what Last.fm says of an artist, with a biography in `language` (ISO 639-1; English if `None`);
    /// `None` if it knows nothing. An answer is kept for a month, and longer while Last.fm can't be asked.
    ///
    /// # Errors
    /// `NotFound` if there is no such artist; `Config` if there is no HTTP client or no
    /// [key](core_runtime::config::CoreConfigBuilder::last_fm_key); `PermissionDenied` if Last.fm refuses the
    /// key; `Throttled`, `Offline` and what else it says.
    ///
    /// # Cancel safety
    /// What was answered is kept.
    pub async fn artist_info(
        &self,
        id: ArtistId,
        language: Option<&str>,
    ) -> Result<Option<ArtistInfo>> {
        let enrichment = self.enrichment()?;
        if !enrichment.has_last_fm_key() {
            return Err(ServiceError::Config(ConfigError::Missing {
                capability: "a Last.fm API key",
                remedy: "open the library with a Last.fm API key; Last.fm gives keys to developers",
            }));
        }
        Ok(enrichment.artist(id, language).await?)
    }

    fn enrichment(&self) -> Result<&Enrichment> {
        self.inner.enrichment.as_ref().ok_or_else(|| {
            ServiceError::Config(ConfigError::Missing {
                capability: "an HTTP client",
                remedy: "pass one with `http`",
            })
        })
    }
}
