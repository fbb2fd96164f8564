//! The order of an album.

use super::path::PLACE;

/// The sort keys of a track `t` that lies in a file `i`: what has no numbers is told apart by where its file is, and
/// within that where it begins.
pub(crate) const ON_ALBUM: [&str; 6] = [
    "ifnull(t.disc, 1)",
    "ifnull(t.track, 0)",
    PLACE,
    // Where file names differ in the case of letters only.
    "ifnull(i.key, '')",
    "ifnull(t.start_ms, 0)",
    "t.id",
];
