//! Files that sound the same.

use core_library::repository::duplicate::GroupCursor;
use serde::Serialize;

use super::Track;

/// Tracks of one provider that sound the same, about which nothing was decided yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DuplicateGroup {
    /// The provider.
    pub provider: i64,
    /// The tracks, newest file first.
    pub tracks: Vec<Track>,
    /// Where the list goes on after this group.
    #[serde(skip)]
    pub next: GroupCursor,
}

/// A track that left the lists, since another one that sounds the same stands for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetAsideTrack {
    /// The track.
    pub track: Track,
    /// The id of the track that stands for it.
    pub kept: i64,
    /// Whether a person decided that, and not the policy.
    pub by_person: bool,
}
