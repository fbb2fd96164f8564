//! Whether a person made something of a track.

/// Gives the SQL condition that a person made something of the track of this alias: a play, a rating, a
/// favourite, a place in a playlist. A rating or a favourite that was taken back leaves a row that says nothing.
macro_rules! made_of {
    ($track:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM annotation a WHERE a.track_id = ",
            $track,
            ".id AND (a.play_count > 0 OR a.rating IS NOT NULL OR a.favourite_at IS NOT NULL))
            OR EXISTS (SELECT 1 FROM playlist_entry e WHERE e.track_id = ",
            $track,
            ".id))"
        )
    };
}

pub(crate) use made_of;
