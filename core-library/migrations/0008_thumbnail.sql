-- Small copies of images, made when somebody asks for them; a cache, of which the oldest go first.
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

-- What is shown before an image is there; NULL: nobody looked yet.
ALTER TABLE artwork ADD COLUMN color INTEGER;       -- red, green and blue, 8 bits each
ALTER TABLE artwork ADD COLUMN thumb_hash BLOB;
