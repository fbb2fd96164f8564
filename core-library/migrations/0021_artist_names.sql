-- Whether a credit names or sorts the artist in another way than the artist is called: the others are called what all
-- their credits say, and nothing is to be counted for them.
ALTER TABLE artist ADD COLUMN differs INTEGER NOT NULL DEFAULT 0 CHECK (differs IN (0, 1));
UPDATE artist SET differs = 1 WHERE id IN (
    SELECT a.id FROM track_artist c JOIN artist a ON a.id = c.artist_id
        WHERE c.name <> a.name OR (c.sort_name IS NOT NULL AND c.sort_name IS NOT a.sort_name)
    UNION SELECT a.id FROM album_artist c JOIN artist a ON a.id = c.artist_id
        WHERE c.name <> a.name OR (c.sort_name IS NOT NULL AND c.sort_name IS NOT a.sort_name));
-- Those depended on which file was read last.
INSERT INTO loose(kind, id) SELECT 'artist', a.id FROM artist a
    WHERE a.differs AND NOT EXISTS (SELECT 1 FROM loose l WHERE l.kind = 'artist' AND l.id = a.id);

-- Artists of whom tracks went or are back: the end of a sync counts anew where credits differ.
DROP TRIGGER loose_presence_artist;
CREATE TRIGGER loose_presence_artist AFTER UPDATE OF missing_since ON track
    WHEN (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    INSERT INTO loose(kind, id)
        SELECT 'artist', c.artist_id FROM (
            SELECT artist_id FROM track_artist WHERE track_id = new.id
            UNION SELECT artist_id FROM album_artist WHERE album_id = new.album_id) c
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = c.artist_id);
END;
-- What an album says of its artists counts while a track of it is there.
CREATE TRIGGER loose_album_presence AFTER UPDATE OF track_count ON album
    WHEN (old.track_count > 0) <> (new.track_count > 0)
BEGIN
    INSERT INTO loose(kind, id)
        SELECT DISTINCT 'artist', a.id FROM album_artist c JOIN artist a ON a.id = c.artist_id
        WHERE c.album_id = new.id AND (a.differs OR (new.track_count = 0 AND a.sort_name IS NOT NULL))
            AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = a.id);
END;
