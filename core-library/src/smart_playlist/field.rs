//! What rules may test.

/// What values a field has, and so which operators it takes. All take `known`, but flags and playlists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `is`, `is_not`, `contains`, `contains_not`, `begins_with`, `ends_with`.
    Text,
    /// `is`, `is_not`, `between` (a list of two), `less_than`, `more_than`, `at_most`, `at_least`.
    Number,
    /// `before` and `since` (`2024`, `2024-05` or `2024-05-01`, UTC), `in_last_days`,
    /// `not_in_last_days`.
    Time,
    /// `is`: `true` or `false`.
    Flag,
    /// `is`, `is_not`: the id of an ordinary playlist.
    Playlist,
}

impl Kind {
    /// Names the operators.
    pub fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "is",
                "is_not",
                "contains",
                "contains_not",
                "begins_with",
                "ends_with",
                "known",
            ],
            Self::Number => &[
                "is",
                "is_not",
                "between",
                "less_than",
                "more_than",
                "at_most",
                "at_least",
                "known",
            ],
            Self::Time => &[
                "before",
                "since",
                "in_last_days",
                "not_in_last_days",
                "known",
            ],
            Self::Flag => &["is"],
            Self::Playlist => &["is", "is_not"],
        }
    }
}

/// Where SQLite finds a field, of a track `t`.
pub(super) enum Source {
    /// Text: a condition around `{}`, the columns with the text as it stands, and those with it folded.
    Text {
        around: &'static str,
        plain: &'static [&'static str],
        folded: &'static [&'static str],
    },
    /// An expression that gives a number, a time or a flag.
    Value(&'static str),
    /// Entries of playlists.
    Playlist,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident $source:expr;)*) => {
        /// Something about a track that rules may test.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// All fields.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Names the field as definitions do.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Tells what values it has.
            pub fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)*
                }
            }

            pub(super) fn source(self) -> Source {
                match self {
                    $(Self::$variant => $source,)*
                }
            }
        }
    };
}

macro_rules! role {
    ($role:literal) => {
        Source::Text {
            around: concat!(
                "EXISTS (SELECT 1 FROM track_artist l JOIN artist r ON r.id = l.artist_id
                     WHERE l.track_id = t.id AND l.role = '",
                $role,
                "' AND {})"
            ),
            plain: &["l.name", "r.name"],
            folded: &["r.sort_key"],
        }
    };
}

const fn text(around: &'static str, plain: &'static [&'static str]) -> Source {
    Source::Text {
        around,
        plain,
        folded: &[],
    }
}

fields! {
    /// The title.
    Title "title" Text Source::Text {
        around: "{}", plain: &["t.title"], folded: &["t.sort_key"],
    };
    /// An artist of the track.
    Artist "artist" Text role!("artist");
    /// An artist of the album.
    AlbumArtist "album_artist" Text Source::Text {
        around: "EXISTS (SELECT 1 FROM album_artist l JOIN artist r ON r.id = l.artist_id
                     WHERE l.album_id = t.album_id AND {})",
        plain: &["l.name", "r.name"],
        folded: &["r.sort_key"],
    };
    /// A composer.
    Composer "composer" Text role!("composer");
    /// A conductor.
    Conductor "conductor" Text role!("conductor");
    /// A lyricist.
    Lyricist "lyricist" Text role!("lyricist");
    /// A remixer.
    Remixer "remixer" Text role!("remixer");
    /// A producer.
    Producer "producer" Text role!("producer");
    /// The album's title.
    Album "album" Text Source::Text {
        around: "EXISTS (SELECT 1 FROM album a WHERE a.id = t.album_id AND {})",
        plain: &["a.title"],
        folded: &["a.sort_key"],
    };
    /// A genre.
    Genre "genre" Text Source::Text {
        around: "EXISTS (SELECT 1 FROM track_genre l JOIN genre g ON g.id = l.genre_id
                     WHERE l.track_id = t.id AND {})",
        plain: &["g.name"],
        folded: &["g.sort_key"],
    };
    /// A mood.
    Mood "mood" Text text(
        "EXISTS (SELECT 1 FROM json_each(t.extra, '$.moods') j WHERE {})", &["j.value"]);
    /// The grouping.
    Grouping "grouping" Text text(
        "EXISTS (SELECT 1 FROM json_each(t.extra, '$.grouping') j WHERE {})", &["j.value"]);
    /// A release type of the album: `album`, `single`, `live` …
    ReleaseType "release_type" Text text(
        "EXISTS (SELECT 1 FROM album a, json_each(a.release_types) j
                     WHERE a.id = t.album_id AND {})", &["j.value"]);
    /// Who published the album.
    Label "label" Text text(
        "EXISTS (SELECT 1 FROM album a WHERE a.id = t.album_id AND {})", &["a.label"]);
    /// The comment.
    Comment "comment" Text text("{}", &["t.comment"]);
    /// How it is encoded.
    Codec "codec" Text text("{}", &["t.codec"]);
    /// The musical key.
    MusicalKey "musical_key" Text text("{}", &["t.musical_key"]);
    /// The name of its file.
    FileName "file_name" Text text(
        "EXISTS (SELECT 1 FROM remote_item i WHERE i.id = t.item_id AND {})", &["i.name"]);
    /// The year that it was published.
    Year "year" Number Source::Value("CAST(substr(t.date, 1, 4) AS INTEGER)");
    /// The year that it was first published.
    OriginalYear "original_year" Number Source::Value(
        "CAST(substr(t.original_date, 1, 4) AS INTEGER)");
    /// The number on the disc.
    Track "track" Number Source::Value("t.track");
    /// The disc.
    Disc "disc" Number Source::Value("t.disc");
    /// The length in seconds.
    Duration "duration" Number Source::Value("t.duration_ms / 1000.0");
    /// kbit a second.
    Bitrate "bitrate_kbps" Number Source::Value("t.bitrate_kbps");
    /// Samples a second.
    SampleRate "sample_rate_hz" Number Source::Value("t.sample_rate_hz");
    /// Bits a sample.
    BitDepth "bit_depth" Number Source::Value("t.bit_depth");
    /// Channels.
    Channels "channels" Number Source::Value("t.channels");
    /// Beats a minute.
    Bpm "bpm" Number Source::Value("t.bpm");
    /// How often it was played; 0 if never.
    PlayCount "play_count" Number Source::Value(
        "ifnull((SELECT n.play_count FROM annotation n WHERE n.track_id = t.id), 0)");
    /// 0 to 100.
    Rating "rating" Number Source::Value(
        "(SELECT n.rating FROM annotation n WHERE n.track_id = t.id)");
    /// When it was added.
    Added "added" Time Source::Value("t.added_at");
    /// When its tags were last seen to change.
    Updated "updated" Time Source::Value("t.updated_at");
    /// When it was played last.
    LastPlayed "last_played" Time Source::Value(
        "(SELECT n.last_played_at FROM annotation n WHERE n.track_id = t.id)");
    /// Whether it is a favourite.
    Favourite "favourite" Flag Source::Value(
        "(SELECT n.favourite_at IS NOT NULL FROM annotation n WHERE n.track_id = t.id)");
    /// Whether tags call its album a compilation.
    Compilation "compilation" Flag Source::Value("t.compilation");
    /// Whether it has an image.
    HasArtwork "has_artwork" Flag Source::Value("t.artwork_id IS NOT NULL");
    /// Whether it has lyrics.
    HasLyrics "has_lyrics" Flag Source::Value(
        "EXISTS (SELECT 1 FROM lyrics y WHERE y.track_id = t.id)");
    /// An ordinary playlist that it is in.
    Playlist "playlist" Playlist Source::Playlist;
}
