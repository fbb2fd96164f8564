//! Who an artist is, by Last.fm.

use bridge_traits::{BridgeError, ErrorKind};
use core_library::model::ArtistId;
use core_library::repository::artist;
use core_library::repository::enrichment::{self, Asked, EnrichmentKind};
use core_metadata::online::last_fm::{self, Answer, ArtistInfo};
use serde::{Deserialize, Serialize};

use super::service::{QUIET, Reply};
use super::{Enrichment, FAILED_MS, MAX_ANSWER, NONE_MS};
use crate::error::Result;

const KIND: EnrichmentKind = EnrichmentKind::Artist;

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    language: Option<String>,
    info: ArtistInfo,
}

impl Enrichment {
    /// Tells whether there is a key for Last.fm.
    pub fn has_last_fm_key(&self) -> bool {
        self.last_fm_key.is_some()
    }

    /// Tells what Last.fm says of an artist, with a biography in `language` (ISO 639-1; English if `None`).
    /// An answer is kept for a month, and longer while Last.fm can't be asked; that it knows nothing is, too.
    ///
    /// # Errors
    /// `NotFound` if there is no such artist; `InvalidInput` without an API key; `PermissionDenied` if Last.fm
    /// refuses it; `Throttled`, `Offline` and what else it says. None of them has the key in its text.
    ///
    /// # Cancel safety
    /// What was answered is kept.
    pub async fn artist(&self, id: ArtistId, language: Option<&str>) -> Result<Option<ArtistInfo>> {
        let name = artist::get(&self.library, id).await?.name;
        let before = enrichment::last(&self.library, KIND, id.0).await?;
        let kept = match &before {
            Some((Asked::Found(Some(answer)), _)) => serde_json::from_str::<Kept>(answer).ok(),
            _ => None,
        };
        let kept = kept.filter(|it| it.language.as_deref() == language);
        match (&before, &kept) {
            (Some((Asked::None, true)), _) => return Ok(None),
            (Some((_, true)), Some(_)) => return Ok(kept.map(|it| it.info)),
            _ => {}
        }
        match self.ask_for_artist(&name, language).await {
            Ok(info) => {
                let asked = match &info {
                    Some(info) => {
                        let (language, info) = (language.map(str::to_owned), info.clone());
                        Asked::Found(serde_json::to_string(&Kept { language, info }).ok())
                    }
                    None => Asked::None,
                };
                self.note_artist(id, &asked, NONE_MS).await?;
                Ok(info)
            }
            Err(error) => {
                if *error.kind() == ErrorKind::Corrupt {
                    let asked = Asked::Failed(error.to_string());
                    self.note_artist(id, &asked, FAILED_MS).await?;
                }
                kept.map_or(Err(error.into()), |it| Ok(Some(it.info)))
            }
        }
    }

    async fn note_artist(&self, id: ArtistId, asked: &Asked, wait_ms: i64) -> Result<()> {
        let mut tx = self.library.write().await?;
        let again = tx.now_ms() + wait_ms;
        enrichment::note(&mut tx, KIND, id.0, asked, again).await?;
        Ok(tx.commit().await?)
    }

    async fn ask_for_artist(
        &self,
        name: &str,
        language: Option<&str>,
    ) -> bridge_traits::Result<Option<ArtistInfo>> {
        let subject = || format!("Last.fm: {name}");
        let key = self.last_fm_key.as_ref().ok_or_else(|| {
            BridgeError::new(ErrorKind::InvalidInput, subject()).detail("there is no API key")
        })?;
        let base = self.last_fm.base();
        let Some(url) = last_fm::url(base, name, language, key.expose()) else {
            return Ok(None);
        };
        // The key is in the URL, and errors name that.
        let nameless = |it: BridgeError| BridgeError::new(it.kind().clone(), subject());
        let body = match self.last_fm.get(&url, MAX_ANSWER).await.map_err(nameless)? {
            Reply::Body(body) => body,
            Reply::Nothing => return Ok(None),
        };
        let refused = |kind, why: String| Err(BridgeError::new(kind, subject()).detail(why));
        match last_fm::parse(&body) {
            Ok(Answer::Found(info)) => Ok(Some(info)),
            Ok(Answer::Nothing) => Ok(None),
            Ok(Answer::Later(why)) => {
                self.last_fm.leave_alone(QUIET).await;
                refused(ErrorKind::throttled(Some(QUIET)), why)
            }
            Ok(Answer::KeyRefused(why)) => refused(ErrorKind::PermissionDenied, why),
            Err(error) => refused(ErrorKind::Corrupt, error.to_string()),
        }
    }
}
