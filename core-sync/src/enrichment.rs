//! What services know of the music, asked for in the background, and only when a host wants it.
//!
//! Each answer is committed by itself, and what a service does not have is remembered for a month. So a job
//! that is stopped, or that a service sends away, goes on where it was, and asks nothing twice.

mod artist;
mod service;

use std::sync::Arc;

use bridge_traits::http::HttpClient;
use bridge_traits::{BridgeError, ErrorKind};
use bytes::Bytes;
use core_async::sync::CancellationToken;
use core_async::time::Duration;
use core_library::model::{Album, AlbumId, LyricsSource, TrackId};
use core_library::repository::enrichment::{self, Asked, EnrichmentKind, Question};
use core_library::repository::track_writer::LyricsRecord;
use core_library::repository::{album, lyrics, touched};
use core_library::{Library, Touched};
use core_metadata::online::{AnswerError, Known, cover_art, last_fm, lrclib, musicbrainz};
use core_runtime::config::ApiKey;
use core_runtime::events::{ChangedIds, EventBus, LibraryEvent};
use serde_json::json;

use crate::error::Result;
pub use service::ServiceOptions;
use service::{Reply, Service};

const DAY_MS: i64 = 86_400_000;
/// When a service is asked again for what it did not have.
const NONE_MS: i64 = 30 * DAY_MS;
/// When a service is asked again after an answer that could not be read.
const FAILED_MS: i64 = DAY_MS;
/// Questions read at once.
const BATCH: usize = 50;
/// Failures in a row after which a service counts as down.
const DOWN: u32 = 3;
const MAX_ANSWER: usize = 4 << 20;
const MAX_COVER: usize = 32 << 20;

/// Where the services are, and how often each may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichmentOptions {
    /// LRCLIB.
    pub lrclib: ServiceOptions,
    /// MusicBrainz, which allows one request a second.
    pub musicbrainz: ServiceOptions,
    /// The Cover Art Archive.
    pub cover_art: ServiceOptions,
    /// Last.fm.
    pub last_fm: ServiceOptions,
    /// The key by which Last.fm knows the app.
    pub last_fm_key: Option<ApiKey>,
}

impl Default for EnrichmentOptions {
    fn default() -> Self {
        let service = |base: &str, ms| ServiceOptions {
            base: base.to_owned(),
            interval: Duration::from_millis(ms),
        };
        Self {
            lrclib: service(lrclib::BASE, 500),
            musicbrainz: service(musicbrainz::BASE, 1_100),
            cover_art: service(cover_art::BASE, 500),
            last_fm: service(last_fm::BASE, 250),
            last_fm_key: None,
        }
    }
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnrichmentSummary {
    /// Tracks of which something was found.
    pub found: u64,
    /// Tracks of which the service has nothing.
    pub not_found: u64,
    /// Tracks whose answer could not be read.
    pub failed: u64,
    /// Why it ended before all were asked about.
    pub stopped: Option<Stopped>,
}

/// Why a job ended early. What is left is asked for by the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The host wanted it, or the limit was reached.
    Wanted,
    /// The service asks to be left alone so long.
    Throttled(Duration),
    /// The service, or the network, can't be reached; with what it says.
    Unreachable(String),
}

/// Asks services about tracks and albums. Clones share the limits.
#[derive(Clone)]
pub struct Enrichment {
    library: Library,
    events: EventBus,
    lrclib: Arc<Service>,
    musicbrainz: Arc<Service>,
    cover_art: Arc<Service>,
    last_fm: Arc<Service>,
    last_fm_key: Option<ApiKey>,
}

impl Enrichment {
    /// Makes it; nothing is asked yet. The client has to send a `User-Agent` that names the app, as the
    /// services want it.
    pub fn new(
        library: Library,
        events: EventBus,
        http: &Arc<dyn HttpClient>,
        options: EnrichmentOptions,
    ) -> Self {
        let service = |options| Arc::new(Service::new(http.clone(), options));
        Self {
            library,
            events,
            lrclib: service(options.lrclib),
            musicbrainz: service(options.musicbrainz),
            cover_art: service(options.cover_art),
            last_fm: service(options.last_fm),
            last_fm_key: options.last_fm_key,
        }
    }

    /// Asks LRCLIB for the words of tracks that have none, at most `limit` tracks.
    ///
    /// # Errors
    /// What the library says. Trouble with the service is told in the summary.
    ///
    /// # Cancel safety
    /// What was answered is kept; the question in hand is asked again.
    pub async fn lyrics(&self, limit: u64, stop: &CancellationToken) -> Result<EnrichmentSummary> {
        self.run(EnrichmentKind::Lyrics, limit, stop).await
    }

    /// Asks MusicBrainz which recordings and releases tracks are whose tags don't say it, at most `limit`
    /// tracks.
    ///
    /// # Errors
    /// As [`lyrics`](Self::lyrics).
    ///
    /// # Cancel safety
    /// As [`lyrics`](Self::lyrics).
    pub async fn recordings(
        &self,
        limit: u64,
        stop: &CancellationToken,
    ) -> Result<EnrichmentSummary> {
        self.run(EnrichmentKind::Recording, limit, stop).await
    }

    async fn run(
        &self,
        kind: EnrichmentKind,
        limit: u64,
        stop: &CancellationToken,
    ) -> Result<EnrichmentSummary> {
        let mut summary = EnrichmentSummary::default();
        let (mut after, mut asked, mut failures) = (None, 0, 0);
        loop {
            let questions = enrichment::questions(&self.library, kind, after, BATCH).await?;
            if questions.is_empty() {
                return Ok(summary);
            }
            for question in questions {
                if asked == limit || stop.is_cancelled() {
                    summary.stopped = Some(Stopped::Wanted);
                    return Ok(summary);
                }
                asked += 1;
                after = Some(question.track_id);
                let known = Known {
                    title: question.title.clone(),
                    artist: question.artist.clone(),
                    album: question.album.clone(),
                    duration_ms: question.duration_ms,
                };
                let reply = match self.ask(kind, &known).await {
                    Ok(reply) => reply,
                    Err(error) => {
                        failures += 1;
                        if let Some(stopped) = stopped_by(&error, failures) {
                            summary.stopped = Some(stopped);
                            return Ok(summary);
                        }
                        continue;
                    }
                };
                failures = 0;
                self.keep(kind, &question, &known, reply, &mut summary)
                    .await?;
            }
        }
    }

    async fn ask(&self, kind: EnrichmentKind, known: &Known) -> bridge_traits::Result<Reply> {
        let (service, url) = match kind {
            EnrichmentKind::Lyrics => (&self.lrclib, lrclib::url(self.lrclib.base(), known)),
            _ => (
                &self.musicbrainz,
                musicbrainz::url(self.musicbrainz.base(), known),
            ),
        };
        match url {
            Some(url) => service.get(&url, MAX_ANSWER).await,
            None => Ok(Reply::Nothing),
        }
    }

    /// Commits what was answered.
    async fn keep(
        &self,
        kind: EnrichmentKind,
        question: &Question,
        known: &Known,
        reply: Reply,
        summary: &mut EnrichmentSummary,
    ) -> Result<()> {
        let track = question.track_id;
        let mut words = Vec::new();
        let asked = match (reply, kind) {
            (Reply::Nothing, _) => Asked::None,
            (Reply::Body(body), EnrichmentKind::Lyrics) => match lrclib::parse(&body, known) {
                Ok(found) => {
                    words = found.as_ref().map(records).unwrap_or_default();
                    found.map_or(Asked::None, |it| {
                        Asked::Found(
                            it.instrumental
                                .then(|| json!({"instrumental": true}).to_string()),
                        )
                    })
                }
                Err(error) => unreadable(&error),
            },
            (Reply::Body(body), _) => match musicbrainz::parse(&body, known) {
                Ok(Some(it)) => {
                    let answer = json!({
                        "recording": it.recording, "release": it.release,
                        "release_group": it.release_group, "artists": it.artists,
                    });
                    Asked::Found(Some(answer.to_string()))
                }
                Ok(None) => Asked::None,
                Err(error) => unreadable(&error),
            },
        };
        let mut tx = self.library.write().await?;
        if !words.is_empty() {
            lyrics::replace(&mut tx, track, LyricsSource::Online, words).await?;
        }
        let wait = match &asked {
            Asked::Failed(_) => FAILED_MS,
            _ => NONE_MS,
        };
        let again = tx.now_ms() + wait;
        enrichment::note(&mut tx, kind, track.0, &asked, again).await?;
        if matches!(asked, Asked::Found(_)) {
            touched::tracks(&mut tx, &[track]).await?;
        }
        let touched = tx.take_touched();
        tx.commit().await?;
        match asked {
            Asked::Found(_) => {
                summary.found += 1;
                self.tell(track, touched);
            }
            Asked::None => summary.not_found += 1,
            Asked::Failed(_) => summary.failed += 1,
        }
        Ok(())
    }

    fn tell(&self, track: TrackId, touched: Touched) {
        // After shutdown nobody listens, and the answer is stored all the same.
        let _ = self.events.publish(LibraryEvent::Changed {
            tracks_added: ChangedIds::default(),
            tracks_updated: ChangedIds::from_iter([track.0]),
            tracks_removed: ChangedIds::default(),
            albums: touched.albums.into_iter().collect(),
            artists: touched.artists.into_iter().collect(),
        });
    }

    /// Gives an album's front cover from the Cover Art Archive: its bytes, which are kept nowhere. `None`
    /// if its release is not known, or the archive has no cover of it.
    ///
    /// # Errors
    /// `NotFound` if there is no such album; `Throttled`, `Offline` and what else the archive says.
    pub async fn cover(&self, id: AlbumId, size: cover_art::Size) -> Result<Option<Bytes>> {
        let album = album::get(&self.library, id).await?;
        let Some(release) = self.release_of(&album).await? else {
            return Ok(None);
        };
        let Some(url) = cover_art::url(self.cover_art.base(), &release, size) else {
            return Ok(None);
        };
        let kind = EnrichmentKind::Cover;
        if let Some(Asked::None) = enrichment::asked(&self.library, kind, id.0).await? {
            return Ok(None);
        }
        match self.cover_art.get(&url, MAX_COVER).await? {
            Reply::Body(image) => Ok(Some(image)),
            Reply::Nothing => {
                let mut tx = self.library.write().await?;
                let again = tx.now_ms() + NONE_MS;
                enrichment::note(&mut tx, kind, id.0, &Asked::None, again).await?;
                tx.commit().await?;
                Ok(None)
            }
        }
    }

    /// Tells the release of an album: by its tags, else by what MusicBrainz said of its tracks.
    async fn release_of(&self, album: &Album) -> Result<Option<String>> {
        if let Some(release) = &album.musicbrainz_id {
            return Ok(Some(release.clone()));
        }
        Ok(enrichment::release_of(&self.library, album.id).await?)
    }
}

fn records(words: &lrclib::Words) -> Vec<LyricsRecord> {
    let record = |synced, text: &String| LyricsRecord {
        source: LyricsSource::Online,
        synced,
        language: None,
        text: text.clone(),
    };
    let synced = words.synced.iter().map(|text| record(true, text));
    synced
        .chain(words.plain.iter().map(|text| record(false, text)))
        .collect()
}

fn unreadable(error: &AnswerError) -> Asked {
    Asked::Failed(error.to_string())
}

/// Tells whether a failure ends the job, and as what.
fn stopped_by(error: &BridgeError, failures: u32) -> Option<Stopped> {
    match error.kind() {
        ErrorKind::Throttled { retry_after, .. } => {
            Some(Stopped::Throttled(retry_after.unwrap_or(service::QUIET)))
        }
        ErrorKind::Offline => Some(Stopped::Unreachable(error.to_string())),
        _ if failures >= DOWN => Some(Stopped::Unreachable(error.to_string())),
        _ => None,
    }
}
