-- The library. Rules that hold throughout:
--  * Text is as the source gives it; what is compared or searched has a folded twin.
--  * Times are ms since 1970 unless the name says otherwise.
--  * Rows that stand for a person's things (tracks, playlists, plays) are never deleted because a
--    file vanished: they become missing, and come back as themselves.
--  * Ids that a host may keep (AUTOINCREMENT) are never given to something else.

-- Where music comes from.
CREATE TABLE provider (
    id          INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,            -- what identifies it for ever, such as local:/music
    kind        TEXT    NOT NULL,                   -- local-folder, webdav, …
    name        TEXT    NOT NULL,
    root        TEXT    NOT NULL,
    config      TEXT    NOT NULL DEFAULT '{}',      -- JSON without secrets
    created_at  INTEGER NOT NULL
) STRICT;

-- The state of a provider's change feed. It changes only together with what it stands for.
CREATE TABLE feed (
    provider_id     INTEGER PRIMARY KEY REFERENCES provider(id) ON DELETE CASCADE,
    scope           TEXT    NOT NULL,               -- what the checkpoint is valid for
    checkpoint      BLOB,                           -- the next incremental sync begins here
    prev_checkpoint BLOB,                           -- the one before, kept for repair
    phase           TEXT    NOT NULL DEFAULT 'idle' CHECK (phase IN ('idle', 'list', 'drain', 'sweep')),
    start_token     BLOB,                           -- taken before the listing in hand
    page_token      BLOB,                           -- where the stream in hand goes on
    generation      INTEGER NOT NULL DEFAULT 0,     -- of the full listing in hand or the last one
    updated_at      INTEGER NOT NULL
) STRICT;

-- What was last observed at a provider: every file and folder, also those that hold no track.
CREATE TABLE remote_item (
    id           INTEGER PRIMARY KEY,
    provider_id  INTEGER NOT NULL REFERENCES provider(id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,                  -- the provider's name for it
    parent_key   TEXT,                              -- NULL only for the root
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,                  -- folder, audio, image, lyrics, playlist, cue, other
    version      TEXT    NOT NULL,
    size         INTEGER NOT NULL DEFAULT 0,
    modified_at  INTEGER,
    file_device  INTEGER,
    file_number  INTEGER,
    content_hash TEXT,
    listing      TEXT,                              -- folders: the digest of the last listing taken in
    generation   INTEGER NOT NULL DEFAULT 0,        -- of the full listing that saw it last
    processed    TEXT,                              -- the version that the library's rows came from
    removed_at   INTEGER,                           -- when it was seen to be gone
    UNIQUE (provider_id, key)
) STRICT;
CREATE INDEX remote_item_parent ON remote_item(provider_id, parent_key);
CREATE INDEX remote_item_removed ON remote_item(provider_id, file_number) WHERE removed_at IS NOT NULL;

-- What is still to be done for an item; at most one row each, however often it changed.
CREATE TABLE work (
    item_id      INTEGER PRIMARY KEY REFERENCES remote_item(id) ON DELETE CASCADE,
    provider_id  INTEGER NOT NULL REFERENCES provider(id) ON DELETE CASCADE,
    priority     INTEGER NOT NULL,                  -- higher first
    attempts     INTEGER NOT NULL DEFAULT 0,
    not_before   INTEGER NOT NULL DEFAULT 0,
    lease        INTEGER,                           -- the job that works on it
    quarantined  INTEGER NOT NULL DEFAULT 0,
    last_error   TEXT
) STRICT;
CREATE INDEX work_next ON work(provider_id, quarantined, priority DESC, item_id);

CREATE TABLE sync_job (
    id           INTEGER PRIMARY KEY,
    provider_id  INTEGER NOT NULL REFERENCES provider(id) ON DELETE CASCADE,
    sync_type    TEXT    NOT NULL CHECK (sync_type IN ('full', 'incremental')),
    status       TEXT    NOT NULL CHECK (status IN ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled')),
    phase        TEXT    NOT NULL DEFAULT 'discovery' CHECK (phase IN ('discovery', 'processing', 'conflict_resolution', 'finished')),
    cursor       BLOB,                              -- what the last committed page ended in
    discovered   INTEGER NOT NULL DEFAULT 0,
    added        INTEGER NOT NULL DEFAULT 0,
    updated      INTEGER NOT NULL DEFAULT 0,
    moved        INTEGER NOT NULL DEFAULT 0,
    deleted      INTEGER NOT NULL DEFAULT 0,
    unchanged    INTEGER NOT NULL DEFAULT 0,
    failed       INTEGER NOT NULL DEFAULT 0,
    held         INTEGER NOT NULL DEFAULT 0,        -- deletions that the guard kept back
    requests     INTEGER NOT NULL DEFAULT 0,
    bytes_read   INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    created_at   INTEGER NOT NULL,
    started_at   INTEGER,
    finished_at  INTEGER
) STRICT;
CREATE INDEX sync_job_provider ON sync_job(provider_id, id DESC);

-- What a job had to say, in order.
CREATE TABLE sync_warning (
    id      INTEGER PRIMARY KEY,
    job_id  INTEGER NOT NULL REFERENCES sync_job(id) ON DELETE CASCADE,
    kind    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    message TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX sync_warning_job ON sync_warning(job_id);

CREATE TABLE artist (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    identity       TEXT    NOT NULL UNIQUE,         -- mbid:… or name:<folded name>
    name           TEXT    NOT NULL,                -- as the tags read last give it
    sort_name      TEXT,
    sort_key       TEXT    NOT NULL,                -- folded; what lists are ordered by
    musicbrainz_id TEXT
) STRICT;
CREATE INDEX artist_sort ON artist(sort_key, id);

CREATE TABLE artwork (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      BLOB    NOT NULL UNIQUE,              -- of the image's bytes
    mime      TEXT    NOT NULL,
    bytes     INTEGER NOT NULL,
    width     INTEGER,
    height    INTEGER,
    item_id   INTEGER REFERENCES remote_item(id) ON DELETE SET NULL, -- where to read it from
    picture   INTEGER                               -- which embedded picture; NULL: the file is the image
) STRICT;
CREATE INDEX artwork_item ON artwork(item_id);

CREATE TABLE album (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    identity       TEXT    NOT NULL UNIQUE,         -- what makes two tracks share it
    title          TEXT    NOT NULL,
    sort_title     TEXT,
    sort_key       TEXT    NOT NULL,
    artist_display TEXT,
    date           TEXT,                            -- 2004, 2004-05 or 2004-05-01
    original_date  TEXT,
    compilation    INTEGER NOT NULL DEFAULT 0,
    release_types  TEXT,                            -- JSON list
    label          TEXT,
    catalog_number TEXT,
    barcode        TEXT,
    musicbrainz_id TEXT,
    release_group_id TEXT,
    artwork_id     INTEGER REFERENCES artwork(id) ON DELETE SET NULL, -- of its first track that has one
    digest         INTEGER NOT NULL,                -- of what the tags read last give; equal: nothing to write
    added_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX album_sort ON album(sort_key, id);
CREATE INDEX album_artwork ON album(artwork_id) WHERE artwork_id IS NOT NULL;

CREATE TABLE album_artist (
    album_id  INTEGER NOT NULL REFERENCES album(id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist(id),
    name      TEXT    NOT NULL,                     -- as credited here
    PRIMARY KEY (album_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX album_artist_artist ON album_artist(artist_id, album_id);

CREATE TABLE track (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id        INTEGER REFERENCES remote_item(id) ON DELETE SET NULL,
    part           INTEGER NOT NULL DEFAULT 0,      -- which track of the file (cue sheets)
    title          TEXT    NOT NULL,
    sort_title     TEXT,
    sort_key       TEXT    NOT NULL,
    artist_display TEXT,
    album_id       INTEGER REFERENCES album(id),
    disc           INTEGER,
    disc_total     INTEGER,
    disc_subtitle  TEXT,
    track          INTEGER,
    track_total    INTEGER,
    date           TEXT,
    original_date  TEXT,
    duration_ms    INTEGER,                         -- NULL: not known
    codec          TEXT,
    bitrate_kbps   INTEGER,
    sample_rate_hz INTEGER,
    channels       INTEGER,
    bit_depth      INTEGER,
    bpm            REAL,
    musical_key    TEXT,
    isrc           TEXT,
    comment        TEXT,
    compilation    INTEGER NOT NULL DEFAULT 0,
    recording_id   TEXT,                            -- MusicBrainz
    release_track_id TEXT,                          -- MusicBrainz
    track_gain_db  REAL,
    track_peak     REAL,
    album_gain_db  REAL,
    album_peak     REAL,
    audio_id       BLOB,                            -- identity of the sound, whatever the tags
    extra          TEXT,                            -- JSON: custom tags, moods, grouping, …
    artwork_id     INTEGER REFERENCES artwork(id) ON DELETE SET NULL,
    digest         INTEGER NOT NULL,                -- of all that was read; equal: nothing to write
    added_at       INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    missing_since  INTEGER,                         -- tombstone: the file is gone
    UNIQUE (item_id, part)
) STRICT;
-- The order of an album; what has no disc number is on the first.
CREATE INDEX track_album ON track(album_id, ifnull(disc, 1), ifnull(track, 0));
CREATE INDEX track_sort ON track(sort_key, id);
CREATE INDEX track_audio ON track(audio_id) WHERE audio_id IS NOT NULL;
CREATE INDEX track_artwork ON track(artwork_id) WHERE artwork_id IS NOT NULL;
CREATE INDEX track_missing ON track(missing_since) WHERE missing_since IS NOT NULL;

CREATE TABLE track_artist (
    track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    role      TEXT    NOT NULL,                     -- artist, composer, remixer, …
    position  INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist(id),
    name      TEXT    NOT NULL,                     -- as credited here
    PRIMARY KEY (track_id, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX track_artist_artist ON track_artist(artist_id, role, track_id);

CREATE TABLE genre (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    sort_key TEXT    NOT NULL
) STRICT;
CREATE INDEX genre_sort ON genre(sort_key, id);

CREATE TABLE track_genre (
    track_id INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    genre_id INTEGER NOT NULL REFERENCES genre(id),
    PRIMARY KEY (track_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX track_genre_genre ON track_genre(genre_id, track_id);

CREATE TABLE lyrics (
    id       INTEGER PRIMARY KEY,
    track_id INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    source   TEXT    NOT NULL CHECK (source IN ('embedded', 'sidecar', 'online')),
    synced   INTEGER NOT NULL,
    language TEXT,
    text     TEXT    NOT NULL                       -- synced: LRC
) STRICT;
CREATE INDEX lyrics_track ON lyrics(track_id);

CREATE TABLE playlist (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    sort_key   TEXT    NOT NULL,
    comment    TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX playlist_sort ON playlist(sort_key, id);

CREATE TABLE playlist_entry (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- the same track may stand in a list twice
    playlist_id INTEGER NOT NULL REFERENCES playlist(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    track_id    INTEGER NOT NULL REFERENCES track(id),
    added_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX playlist_entry_order ON playlist_entry(playlist_id, position, id);
CREATE INDEX playlist_entry_track ON playlist_entry(track_id);

-- What a person did with a track.
CREATE TABLE annotation (
    track_id       INTEGER PRIMARY KEY REFERENCES track(id),
    play_count     INTEGER NOT NULL DEFAULT 0,
    last_played_at INTEGER,
    rating         INTEGER CHECK (rating BETWEEN 0 AND 100),
    favourite_at   INTEGER
) STRICT;
CREATE INDEX annotation_favourite ON annotation(favourite_at, track_id) WHERE favourite_at IS NOT NULL;

-- Search. The text comes folded and cut into words by the library, one space between words, so the
-- plainest tokenizer will do and finds the same everywhere. The rowid is the id of what is found.
CREATE VIRTUAL TABLE search USING fts5(
    title, artist, album, extra,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
CREATE VIRTUAL TABLE album_search USING fts5(
    title, artist,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
CREATE VIRTUAL TABLE artist_search USING fts5(
    name,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
