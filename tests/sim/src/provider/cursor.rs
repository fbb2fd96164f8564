//! Positions, written down as the opaque bytes that the engine keeps.

use bridge_traits::provider::{Checkpoint, PageToken};

/// A position in a listing or feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// In a listing, after this id or path; the feed goes on at `feed`.
    List { feed: u64, after: String },
    /// In the feed.
    Feed { at: u64 },
}

impl Cursor {
    fn write(&self, epoch: u64) -> Vec<u8> {
        match self {
            Self::List { feed, after } => format!("L.{epoch}.{feed}.{after}"),
            Self::Feed { at } => format!("F.{epoch}.{at}."),
        }
        .into_bytes()
    }

    pub(crate) fn checkpoint(&self, epoch: u64) -> Checkpoint {
        Checkpoint(self.write(epoch))
    }

    pub(crate) fn token(&self, epoch: u64) -> PageToken {
        PageToken(self.write(epoch))
    }

    /// Reads a position and the epoch that it is of.
    pub(crate) fn parse(bytes: &[u8]) -> Option<(u64, Self)> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(4, '.');
        let kind = parts.next()?;
        let epoch = parts.next()?.parse().ok()?;
        let at = parts.next()?.parse().ok()?;
        let after = parts.next()?.to_owned();
        let cursor = match kind {
            "L" => Self::List { feed: at, after },
            "F" => Self::Feed { at },
            _ => return None,
        };
        Some((epoch, cursor))
    }
}
