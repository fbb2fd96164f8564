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
