-- What the library was made with, such as what makes two tracks one album. What is not here is the default.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Images of artists, looked for when somebody asks, and what was looked at for it: another file or version
-- means to look again. An image that is none has no row.
ALTER TABLE artist ADD COLUMN artwork_id INTEGER REFERENCES artwork(id) ON DELETE SET NULL;
ALTER TABLE artist ADD COLUMN artwork_seen TEXT;
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
