-- What services were asked about, so that nothing is asked twice: also what they don't have is kept, for a
-- while. A track whose names change is asked about anew, unless something was found.
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
