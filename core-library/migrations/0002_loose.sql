-- What lost something that referred to it, and may have none left: the end of a sync looks here instead
-- of at every row. (No OR IGNORE: within a trigger the policy of the outer statement holds.)
CREATE TABLE loose (
    kind TEXT    NOT NULL,                          -- album, artist, genre or artwork
    id   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
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
CREATE TRIGGER loose_track_artist AFTER DELETE ON track_artist
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artist', old.artist_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = old.artist_id);
END;
CREATE TRIGGER loose_album_artist AFTER DELETE ON album_artist
BEGIN
    INSERT INTO loose(kind, id) SELECT 'artist', old.artist_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artist' AND id = old.artist_id);
END;
CREATE TRIGGER loose_genre AFTER DELETE ON track_genre
BEGIN
    INSERT INTO loose(kind, id) SELECT 'genre', old.genre_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'genre' AND id = old.genre_id);
END;
CREATE TRIGGER loose_track AFTER DELETE ON track
BEGIN
    INSERT INTO loose(kind, id) SELECT 'album', old.album_id
        WHERE old.album_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'album' AND id = old.album_id);
    INSERT INTO loose(kind, id) SELECT 'artwork', old.artwork_id
        WHERE old.artwork_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'artwork' AND id = old.artwork_id);
END;

-- What earlier versions left behind is looked for once, at the end of the next sync.
INSERT INTO loose(kind, id) SELECT 'album', id FROM album;
INSERT INTO loose(kind, id) SELECT 'artist', id FROM artist;
INSERT INTO loose(kind, id) SELECT 'genre', id FROM genre;
INSERT INTO loose(kind, id) SELECT 'artwork', id FROM artwork;
