-- What the tags of tracks say of their albums: what an album is follows from that. Tracks that say the same share a row.
CREATE TABLE album_tags (
    album_id INTEGER NOT NULL REFERENCES album(id) ON DELETE CASCADE,
    digest   INTEGER NOT NULL,
    tags     TEXT    NOT NULL,                      -- JSON
    PRIMARY KEY (album_id, digest)
) STRICT, WITHOUT ROWID;
ALTER TABLE track ADD COLUMN album_tags INTEGER;    -- the digest
-- By which name the credit is sorted: what an artist is follows from that.
ALTER TABLE track_artist ADD COLUMN sort_name TEXT;
ALTER TABLE album_artist ADD COLUMN sort_name TEXT;

-- What each track said was not kept, so each says what all do until it is read again.
INSERT INTO album_tags(album_id, digest, tags)
    SELECT a.id, 0, json_object(
        'title', a.title, 'sort_title', a.sort_title,
        'artists', (SELECT json_group_array(json_object('name', l.name, 'sort_name', r.sort_name,
                'musicbrainz_id', r.musicbrainz_id) ORDER BY l.position)
            FROM album_artist l JOIN artist r ON r.id = l.artist_id
            WHERE l.album_id = a.id AND a.identity NOT GLOB 'dir:*'),
        'artist_display', a.artist_display, 'date', a.date, 'original_date', a.original_date,
        'release_types', json(ifnull(a.release_types, '[]')), 'label', a.label,
        'catalog_number', a.catalog_number, 'barcode', a.barcode,
        'musicbrainz_id', iif(a.identity GLOB 'mbid:*', NULL, a.musicbrainz_id),
        'release_group_id', a.release_group_id)
    FROM album a;
UPDATE track SET album_tags = 0 WHERE album_id IS NOT NULL;
UPDATE track_artist SET sort_name = r.sort_name FROM artist r
    WHERE r.id = track_artist.artist_id AND r.sort_name IS NOT NULL;
UPDATE album_artist SET sort_name = r.sort_name FROM artist r
    WHERE r.id = album_artist.artist_id AND r.sort_name IS NOT NULL;

-- Albums that lost a track for good, and artists of which tracks went or are back: the end of a sync derives anew
-- what they are from what is there.
CREATE TRIGGER loose_presence_gone AFTER DELETE ON track WHEN old.album_id IS NOT NULL
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', old.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = old.album_id);
END;
CREATE TRIGGER loose_presence_artist AFTER UPDATE OF missing_since ON track
    WHEN (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    INSERT INTO loose(kind, id)
        SELECT 'artist', c.artist_id FROM (
            SELECT artist_id FROM track_artist WHERE track_id = new.id
            UNION SELECT artist_id FROM album_artist WHERE album_id = new.album_id) c
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = c.artist_id);
    INSERT INTO loose(kind, id)
        SELECT 'sort_name', c.artist_id FROM (
            SELECT artist_id FROM track_artist WHERE track_id = new.id AND sort_name IS NOT NULL
            UNION SELECT artist_id FROM album_artist
                WHERE album_id = new.album_id AND sort_name IS NOT NULL) c
        WHERE new.missing_since IS NULL
            AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'sort_name' AND id = c.artist_id);
END;
