//! How far each provider's change feed has been taken in.

use bridge_traits::database::SqlValue;

use crate::db::{Library, WriteTx};
use crate::error::{LibraryError, Result};

/// What the stream in hand is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeedPhase {
    /// There is no full sync in hand; incremental syncs begin at the checkpoint.
    #[default]
    Idle,
    /// A full listing is being taken in.
    List,
    /// What changed since the listing began is being taken in.
    Drain,
    /// All is taken in; what the listing did not show is to be marked as gone.
    Sweep,
}

impl FeedPhase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::List => "list",
            Self::Drain => "drain",
            Self::Sweep => "sweep",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Idle, Self::List, Self::Drain, Self::Sweep]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// The state of a provider's feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    /// What the checkpoint is valid for.
    pub scope: String,
    /// Where the next incremental sync begins; `None` before the first full sync is over.
    pub checkpoint: Option<Vec<u8>>,
    /// The checkpoint before that one.
    pub prev_checkpoint: Option<Vec<u8>>,
    /// What the stream in hand is for.
    pub phase: FeedPhase,
    /// The token taken before the listing in hand, or the checkpoint that the sweep will set.
    pub start_token: Option<Vec<u8>>,
    /// Where the stream in hand goes on.
    pub page_token: Option<Vec<u8>>,
    /// The number of the full listing in hand, or of the last one.
    pub generation: i64,
    /// Whether what the full listing in hand does not show is kept: the provider said that it may have
    /// lost track of it.
    pub keeps_unlisted: bool,
}

/// Reads a provider's feed; the default if nothing was ever taken in.
pub async fn get(library: &Library, provider_id: i64) -> Result<Feed> {
    let rows = library
        .query(
            "SELECT scope, checkpoint, prev_checkpoint, phase, start_token, page_token, generation,
                 keeps_unlisted
             FROM feed WHERE provider_id = ?",
            vec![provider_id.into()],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(Feed::default());
    };
    let phase: String = row.get(3)?;
    Ok(Feed {
        scope: row.get(0)?,
        checkpoint: row.get(1)?,
        prev_checkpoint: row.get(2)?,
        phase: FeedPhase::parse(&phase)
            .ok_or_else(|| LibraryError::not_found("feed phase", phase))?,
        start_token: row.get(4)?,
        page_token: row.get(5)?,
        generation: row.get(6)?,
        keeps_unlisted: row.get(7)?,
    })
}

/// Writes a provider's feed.
pub async fn put(tx: &mut WriteTx, provider_id: i64, feed: &Feed) -> Result<()> {
    let now = tx.now_ms();
    let params: Vec<SqlValue> = vec![
        provider_id.into(),
        feed.scope.as_str().into(),
        feed.checkpoint.clone().into(),
        feed.prev_checkpoint.clone().into(),
        feed.phase.as_str().into(),
        feed.start_token.clone().into(),
        feed.page_token.clone().into(),
        feed.generation.into(),
        feed.keeps_unlisted.into(),
        now.into(),
    ];
    tx.execute(
        "INSERT INTO feed(provider_id, scope, checkpoint, prev_checkpoint, phase, start_token,
             page_token, generation, keeps_unlisted, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT(provider_id) DO UPDATE SET scope = excluded.scope,
             checkpoint = excluded.checkpoint, prev_checkpoint = excluded.prev_checkpoint,
             phase = excluded.phase, start_token = excluded.start_token,
             page_token = excluded.page_token, generation = excluded.generation,
             keeps_unlisted = excluded.keeps_unlisted, updated_at = excluded.updated_at",
        params,
    )
    .await?;
    Ok(())
}
