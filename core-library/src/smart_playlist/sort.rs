//! The order of a smart playlist.

/// One key of the order. What is not known comes last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether large values come first.
    pub descending: bool,
}

/// What a smart playlist may be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SortBy {
    /// `title`
    Title,
    /// `album`
    Album,
    /// `artist`: the first one
    Artist,
    /// `disc`
    Disc,
    /// `track`: the number on the disc
    Track,
    /// `year`
    Year,
    /// `duration`
    Duration,
    /// `bpm`
    Bpm,
    /// `added`
    Added,
    /// `last_played`
    LastPlayed,
    /// `play_count`
    PlayCount,
    /// `rating`
    Rating,
    /// `random`, with a `seed` beside it: another seed gives another order
    Random(u32),
}

impl SortBy {
    /// All but `Random`, with their names.
    const NAMED: [(&'static str, Self); 12] = [
        ("title", Self::Title),
        ("album", Self::Album),
        ("artist", Self::Artist),
        ("disc", Self::Disc),
        ("track", Self::Track),
        ("year", Self::Year),
        ("duration", Self::Duration),
        ("bpm", Self::Bpm),
        ("added", Self::Added),
        ("last_played", Self::LastPlayed),
        ("play_count", Self::PlayCount),
        ("rating", Self::Rating),
    ];

    /// Names it as definitions do.
    pub fn name(self) -> &'static str {
        let named = Self::NAMED.iter().find(|(_, it)| *it == self);
        named.map_or("random", |(name, _)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "random" => Some(Self::Random(0)),
            _ => Self::NAMED.iter().find(|it| it.0 == name).map(|it| it.1),
        }
    }

    /// Lists all names.
    pub(super) fn names() -> String {
        let names: Vec<&str> = Self::NAMED.iter().map(|it| it.0).collect();
        format!("{}, random", names.join(", "))
    }

    /// Gives an expression for a track `t`. The seed is a number of this program's and no text.
    pub(super) fn expression(self) -> String {
        let text = match self {
            Self::Title => "t.sort_key",
            Self::Album => "(SELECT a.sort_key FROM album a WHERE a.id = t.album_id)",
            Self::Artist => {
                "(SELECT r.sort_key FROM track_artist l JOIN artist r ON r.id = l.artist_id
                  WHERE l.track_id = t.id AND l.role = 'artist' ORDER BY l.position LIMIT 1)"
            }
            Self::Disc => "t.disc",
            Self::Track => "t.track",
            Self::Year => "CAST(substr(t.date, 1, 4) AS INTEGER)",
            Self::Duration => "t.duration_ms",
            Self::Bpm => "t.bpm",
            Self::Added => "t.added_at",
            Self::LastPlayed => {
                "(SELECT n.last_played_at FROM annotation n WHERE n.track_id = t.id)"
            }
            Self::PlayCount => {
                "ifnull((SELECT n.play_count FROM annotation n WHERE n.track_id = t.id), 0)"
            }
            Self::Rating => "(SELECT n.rating FROM annotation n WHERE n.track_id = t.id)",
            // A step of a multiplicative generator modulo a prime; ids that neighbour are far apart.
            Self::Random(seed) => {
                let seed = i64::from(seed);
                return format!(
                    "(((t.id + {seed}) % 2147483647 * 48271) % 2147483647 * 69621 + {seed} * 40692) % 2147483399"
                );
            }
        };
        text.to_owned()
    }
}
