-- The schema as all migrations leave it, of which new libraries are made. It is written by
-- `SCHEMA_WRITE=1 cargo test -p core-library --test music schema`.

CREATE TABLE provider (
    id          INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,            -- what identifies it for ever, such as local:/music
    kind        TEXT    NOT NULL,                   -- local-folder, webdav, …
    name        TEXT    NOT NULL,
    root        TEXT    NOT NULL,
    config      TEXT    NOT NULL DEFAULT '{}',      -- JSON without secrets
    created_at  INTEGER NOT NULL
, removed_at INTEGER) STRICT;

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
, keeps_unlisted INTEGER NOT NULL DEFAULT 0 CHECK (keeps_unlisted IN (0, 1))) STRICT;

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
CREATE TRIGGER loose_presence_moved AFTER UPDATE OF key, parent_key, name ON remote_item
    WHEN old.kind = 'audio' AND (old.key <> new.key OR old.parent_key IS NOT new.parent_key OR old.name <> new.name)
BEGIN
    INSERT INTO loose(kind, id) SELECT DISTINCT 'presence', t.album_id FROM track t
        WHERE t.item_id = new.id AND t.album_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = t.album_id);
END;
CREATE TRIGGER loose_folder_moved AFTER UPDATE OF key, parent_key, name ON remote_item
    WHEN old.kind = 'folder' AND (old.key <> new.key OR old.parent_key IS NOT new.parent_key OR old.name <> new.name)
BEGIN
    INSERT INTO loose(kind, id) SELECT 'folder', new.id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'folder' AND id = new.id);
END;

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
, waiting INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX sync_job_provider ON sync_job(provider_id, id DESC);

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
, track_count INTEGER NOT NULL DEFAULT 0, album_count INTEGER NOT NULL DEFAULT 0, artwork_id INTEGER REFERENCES artwork(id) ON DELETE SET NULL, artwork_seen TEXT, differs INTEGER NOT NULL DEFAULT 0 CHECK (differs IN (0, 1))) STRICT;
CREATE INDEX artist_sort ON artist(sort_key, id);
CREATE INDEX artist_artwork ON artist(artwork_id) WHERE artwork_id IS NOT NULL;
CREATE TRIGGER loose_artist_artwork AFTER UPDATE OF artwork_id ON artist
    WHEN old.artwork_id IS NOT NULL AND old.artwork_id IS NOT new.artwork_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER loose_artist_gone AFTER DELETE ON artist WHEN old.artwork_id IS NOT NULL
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER enrichment_artist_gone AFTER DELETE ON artist
BEGIN
    DELETE FROM enrichment WHERE subject = old.id AND kind = 'artist';
END;
CREATE TRIGGER enrichment_artist_renamed AFTER UPDATE OF name ON artist WHEN old.name IS NOT new.name
BEGIN
    DELETE FROM enrichment WHERE subject = new.id AND kind = 'artist';
END;

CREATE TABLE artwork (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      BLOB    NOT NULL UNIQUE,              -- of the image's bytes
    mime      TEXT    NOT NULL,
    bytes     INTEGER NOT NULL,
    width     INTEGER,
    height    INTEGER,
    item_id   INTEGER REFERENCES remote_item(id) ON DELETE SET NULL, -- where to read it from
    picture   INTEGER                               -- which embedded picture; NULL: the file is the image
, color INTEGER, thumb_hash BLOB) STRICT;
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
, track_count INTEGER NOT NULL DEFAULT 0, duration_ms INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX album_sort ON album(sort_key, id);
CREATE INDEX album_artwork ON album(artwork_id) WHERE artwork_id IS NOT NULL;
CREATE TRIGGER loose_album_artwork AFTER UPDATE OF artwork_id ON album
    WHEN old.artwork_id IS NOT NULL AND old.artwork_id IS NOT new.artwork_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER loose_album_gone AFTER DELETE ON album WHEN old.artwork_id IS NOT NULL
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER count_album AFTER UPDATE OF track_count ON album
    WHEN (old.track_count > 0) <> (new.track_count > 0)
BEGIN
    UPDATE artist SET album_count = album_count + iif(new.track_count > 0, 1, -1)
        WHERE id IN (SELECT artist_id FROM album_artist WHERE album_id = new.id);
END;
CREATE TRIGGER count_album_gone BEFORE DELETE ON album WHEN old.track_count > 0
BEGIN
    UPDATE artist SET album_count = album_count - 1
        WHERE id IN (SELECT artist_id FROM album_artist WHERE album_id = old.id);
END;
CREATE TRIGGER enrichment_album_gone AFTER DELETE ON album
BEGIN
    DELETE FROM enrichment WHERE subject = old.id AND kind = 'cover';
END;
CREATE TRIGGER loose_album_presence AFTER UPDATE OF track_count ON album
    WHEN (old.track_count > 0) <> (new.track_count > 0)
BEGIN
    INSERT INTO loose(kind, id)
        SELECT DISTINCT 'artist', a.id FROM album_artist c JOIN artist a ON a.id = c.artist_id
        WHERE c.album_id = new.id AND (a.differs OR (new.track_count = 0 AND a.sort_name IS NOT NULL))
            AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = a.id);
END;

CREATE TABLE album_artist (
    album_id  INTEGER NOT NULL REFERENCES album(id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist(id),
    name      TEXT    NOT NULL, sort_name TEXT,                     -- as credited here
    PRIMARY KEY (album_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX album_artist_artist ON album_artist(artist_id, album_id);
CREATE TRIGGER loose_album_artist AFTER DELETE ON album_artist
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artist', old.artist_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = old.artist_id);
END;
CREATE TRIGGER count_album_credit AFTER INSERT ON album_artist
    WHEN EXISTS (SELECT 1 FROM album WHERE id = new.album_id AND track_count > 0)
        AND 1 = (SELECT count(*) FROM album_artist WHERE album_id = new.album_id AND +artist_id = new.artist_id)
BEGIN
    UPDATE artist SET album_count = album_count + 1 WHERE id = new.artist_id;
END;
CREATE TRIGGER count_album_credit_gone AFTER DELETE ON album_artist
    WHEN EXISTS (SELECT 1 FROM album WHERE id = old.album_id AND track_count > 0)
        AND NOT EXISTS (SELECT 1 FROM album_artist WHERE album_id = old.album_id AND +artist_id = old.artist_id)
BEGIN
    UPDATE artist SET album_count = album_count - 1 WHERE id = old.artist_id;
END;

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
    missing_since  INTEGER, start_ms INTEGER, end_ms INTEGER, album_tags INTEGER, file_audio_id BLOB,                         -- tombstone: the file is gone
    UNIQUE (item_id, part)
) STRICT;
CREATE INDEX track_audio ON track(audio_id) WHERE audio_id IS NOT NULL;
CREATE INDEX track_artwork ON track(artwork_id) WHERE artwork_id IS NOT NULL;
CREATE INDEX track_missing ON track(missing_since) WHERE missing_since IS NOT NULL;
CREATE TRIGGER loose_album AFTER UPDATE OF album_id ON track
    WHEN old.album_id IS NOT NULL AND old.album_id IS NOT new.album_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'album', old.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'album' AND id = old.album_id);
END;
CREATE TRIGGER loose_track_artwork AFTER UPDATE OF artwork_id ON track
    WHEN old.artwork_id IS NOT NULL AND old.artwork_id IS NOT new.artwork_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER loose_track AFTER DELETE ON track
BEGIN
    INSERT INTO loose(kind, id) SELECT 'album', old.album_id
        WHERE old.album_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'album' AND id = old.album_id);
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE old.artwork_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;
CREATE TRIGGER count_track_changed AFTER UPDATE OF album_id, missing_since, duration_ms ON track
    WHEN old.album_id IS NOT new.album_id OR old.duration_ms IS NOT new.duration_ms
        OR (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    UPDATE album SET track_count = track_count - 1, duration_ms = duration_ms - ifnull(old.duration_ms, 0)
        WHERE id = old.album_id AND old.missing_since IS NULL;
    UPDATE album SET track_count = track_count + 1, duration_ms = duration_ms + ifnull(new.duration_ms, 0)
        WHERE id = new.album_id AND new.missing_since IS NULL;
END;
CREATE TRIGGER count_presence AFTER UPDATE OF missing_since ON track
    WHEN (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    UPDATE artist SET track_count = track_count + iif(new.missing_since IS NULL, 1, -1)
        WHERE id IN (SELECT artist_id FROM track_artist WHERE track_id = new.id);
    UPDATE genre SET track_count = track_count + iif(new.missing_since IS NULL, 1, -1)
        WHERE id IN (SELECT genre_id FROM track_genre WHERE track_id = new.id);
END;
CREATE TRIGGER count_track_gone BEFORE DELETE ON track WHEN old.missing_since IS NULL
BEGIN
    UPDATE album SET track_count = track_count - 1, duration_ms = duration_ms - ifnull(old.duration_ms, 0)
        WHERE id = old.album_id;
    UPDATE artist SET track_count = track_count - 1
        WHERE id IN (SELECT artist_id FROM track_artist WHERE track_id = old.id);
    UPDATE genre SET track_count = track_count - 1
        WHERE id IN (SELECT genre_id FROM track_genre WHERE track_id = old.id);
END;
CREATE TRIGGER enrichment_stale AFTER UPDATE OF title, artist_display, album_id, duration_ms ON track
    WHEN old.title IS NOT new.title OR old.artist_display IS NOT new.artist_display
        OR old.album_id IS NOT new.album_id OR old.duration_ms IS NOT new.duration_ms
BEGIN
    DELETE FROM enrichment WHERE subject = new.id AND kind IN ('lyrics', 'recording') AND state <> 'found';
END;
CREATE TRIGGER enrichment_gone AFTER DELETE ON track
BEGIN
    DELETE FROM enrichment WHERE subject = old.id AND kind IN ('lyrics', 'recording');
END;
CREATE TRIGGER count_track AFTER INSERT ON track
    WHEN new.id < (SELECT below FROM counted) AND new.missing_since IS NULL AND new.album_id IS NOT NULL
BEGIN
    UPDATE album SET track_count = track_count + 1, duration_ms = duration_ms + ifnull(new.duration_ms, 0)
        WHERE id = new.album_id;
END;
CREATE INDEX track_sort ON track(sort_key, id, missing_since);
CREATE INDEX track_album ON track(album_id, ifnull(disc, 1), ifnull(track, 0), id, missing_since);
CREATE TRIGGER loose_presence AFTER UPDATE OF missing_since ON track
    WHEN old.album_id IS NOT NULL AND (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', old.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = old.album_id);
END;
CREATE TRIGGER loose_presence_gone AFTER DELETE ON track WHEN old.album_id IS NOT NULL
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', old.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = old.album_id);
END;
CREATE TRIGGER loose_presence_rebound AFTER UPDATE OF item_id ON track
    WHEN new.album_id IS NOT NULL AND old.item_id IS NOT new.item_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', new.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = new.album_id);
END;
CREATE TRIGGER loose_presence_artist AFTER UPDATE OF missing_since ON track
    WHEN (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    INSERT INTO loose(kind, id)
        SELECT 'artist', c.artist_id FROM (
            SELECT artist_id FROM track_artist WHERE track_id = new.id
            UNION SELECT artist_id FROM album_artist WHERE album_id = new.album_id) c
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = c.artist_id);
END;
CREATE INDEX track_file_audio ON track(file_audio_id) WHERE file_audio_id IS NOT NULL;

CREATE TABLE track_artist (
    track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    role      TEXT    NOT NULL,                     -- artist, composer, remixer, …
    position  INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist(id),
    name      TEXT    NOT NULL, sort_name TEXT,                     -- as credited here
    PRIMARY KEY (track_id, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX track_artist_artist ON track_artist(artist_id, role, track_id);
CREATE TRIGGER loose_track_artist AFTER DELETE ON track_artist
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artist', old.artist_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = old.artist_id);
END;
CREATE TRIGGER count_credit_gone AFTER DELETE ON track_artist
    WHEN EXISTS (SELECT 1 FROM track WHERE id = old.track_id AND missing_since IS NULL)
        AND NOT EXISTS (SELECT 1 FROM track_artist WHERE track_id = old.track_id AND +artist_id = old.artist_id)
BEGIN
    UPDATE artist SET track_count = track_count - 1 WHERE id = old.artist_id;
END;
CREATE TRIGGER count_credit AFTER INSERT ON track_artist
    WHEN new.track_id < (SELECT below FROM counted)
        AND EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_artist WHERE track_id = new.track_id AND +artist_id = new.artist_id)
BEGIN
    UPDATE artist SET track_count = track_count + 1 WHERE id = new.artist_id;
END;

CREATE TABLE genre (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    sort_key TEXT    NOT NULL
, track_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX genre_sort ON genre(sort_key, id);

CREATE TABLE track_genre (
    track_id INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    genre_id INTEGER NOT NULL REFERENCES genre(id),
    PRIMARY KEY (track_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX track_genre_genre ON track_genre(genre_id, track_id);
CREATE TRIGGER loose_genre AFTER DELETE ON track_genre
BEGIN
    INSERT INTO loose(kind, id) SELECT 'genre', old.genre_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'genre' AND id = old.genre_id);
END;
CREATE TRIGGER count_genre_gone AFTER DELETE ON track_genre
    WHEN EXISTS (SELECT 1 FROM track WHERE id = old.track_id AND missing_since IS NULL)
        AND NOT EXISTS (SELECT 1 FROM track_genre WHERE track_id = old.track_id AND +genre_id = old.genre_id)
BEGIN
    UPDATE genre SET track_count = track_count - 1 WHERE id = old.genre_id;
END;
CREATE TRIGGER count_genre AFTER INSERT ON track_genre
    WHEN new.track_id < (SELECT below FROM counted)
        AND EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_genre WHERE track_id = new.track_id AND +genre_id = new.genre_id)
BEGIN
    UPDATE genre SET track_count = track_count + 1 WHERE id = new.genre_id;
END;

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
, rules TEXT) STRICT;
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

CREATE TABLE annotation (
    track_id       INTEGER PRIMARY KEY REFERENCES track(id),
    play_count     INTEGER NOT NULL DEFAULT 0,
    last_played_at INTEGER,
    rating         INTEGER CHECK (rating BETWEEN 0 AND 100),
    favourite_at   INTEGER
) STRICT;
CREATE INDEX annotation_favourite ON annotation(favourite_at, track_id) WHERE favourite_at IS NOT NULL;

CREATE TABLE loose (
    kind TEXT    NOT NULL,                          -- album, artist, genre or artwork
    id   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE play (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    played_at INTEGER NOT NULL
) STRICT;
CREATE INDEX play_time ON play(played_at, id);
CREATE INDEX play_track ON play(track_id);

CREATE TABLE thumbnail (
    artwork_id INTEGER NOT NULL REFERENCES artwork(id) ON DELETE CASCADE,
    side       INTEGER NOT NULL,                    -- what was asked for: the longer side in pixels
    mime       TEXT    NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    size       INTEGER NOT NULL,                    -- of the bytes
    used_at    INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (artwork_id, side)
) STRICT;
CREATE INDEX thumbnail_used ON thumbnail(used_at, size);

CREATE TABLE enrichment (
    kind       TEXT    NOT NULL,                    -- lyrics, recording, cover
    subject    INTEGER NOT NULL,                    -- the track, or for covers the album
    state      TEXT    NOT NULL CHECK (state IN ('found', 'none', 'failed')),
    answer     TEXT,                                -- JSON: what has no table of its own
    reason     TEXT,                                -- why it failed
    asked_at   INTEGER NOT NULL,
    not_before INTEGER NOT NULL,                    -- when it may be asked again
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE duplicate (
    track_id   INTEGER PRIMARY KEY REFERENCES track(id) ON DELETE CASCADE,
    kept_id    INTEGER REFERENCES track(id) ON DELETE CASCADE, -- stands for it, which is set aside; NULL: both are kept
    by_person  INTEGER NOT NULL,                    -- else by the policy
    decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX duplicate_kept ON duplicate(kept_id) WHERE kept_id IS NOT NULL;

CREATE TABLE duplicate_check (
    provider_id INTEGER NOT NULL REFERENCES provider(id) ON DELETE CASCADE,
    audio_id    BLOB    NOT NULL,
    PRIMARY KEY (provider_id, audio_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE search USING fts5(
    title, artist, album, extra,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);

CREATE VIRTUAL TABLE album_search USING fts5(
    title, artist,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);

CREATE VIRTUAL TABLE artist_search USING fts5(
    name,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);

CREATE TABLE counted (
    below INTEGER NOT NULL                          -- triggers count all tracks below
) STRICT;

CREATE TABLE album_tags (
    album_id INTEGER NOT NULL REFERENCES album(id) ON DELETE CASCADE,
    digest   INTEGER NOT NULL,
    tags     TEXT    NOT NULL,                      -- JSON
    PRIMARY KEY (album_id, digest)
) STRICT, WITHOUT ROWID;

INSERT INTO counted VALUES (9223372036854775807);
