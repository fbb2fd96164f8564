-- Counts that lists show, kept by the statements that change them: counting anew costs as much as there
-- is. A track counts while it is not missing, once for each artist and genre however often it names it.
ALTER TABLE album ADD COLUMN track_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE album ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE artist ADD COLUMN track_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE artist ADD COLUMN album_count INTEGER NOT NULL DEFAULT 0; -- as album artist
ALTER TABLE genre ADD COLUMN track_count INTEGER NOT NULL DEFAULT 0;

UPDATE album SET track_count = n.tracks, duration_ms = n.ms
    FROM (SELECT album_id, count(*) AS tracks, ifnull(sum(duration_ms), 0) AS ms FROM track
          WHERE missing_since IS NULL AND album_id IS NOT NULL GROUP BY album_id) AS n
    WHERE album.id = n.album_id;
UPDATE artist SET track_count = n.tracks
    FROM (SELECT l.artist_id, count(DISTINCT l.track_id) AS tracks FROM track_artist l
          JOIN track t ON t.id = l.track_id WHERE t.missing_since IS NULL GROUP BY l.artist_id) AS n
    WHERE artist.id = n.artist_id;
UPDATE artist SET album_count = n.albums
    FROM (SELECT l.artist_id, count(DISTINCT l.album_id) AS albums FROM album_artist l
          JOIN album a ON a.id = l.album_id WHERE a.track_count > 0 GROUP BY l.artist_id) AS n
    WHERE artist.id = n.artist_id;
UPDATE genre SET track_count = n.tracks
    FROM (SELECT l.genre_id, count(DISTINCT l.track_id) AS tracks FROM track_genre l
          JOIN track t ON t.id = l.track_id WHERE t.missing_since IS NULL GROUP BY l.genre_id) AS n
    WHERE genre.id = n.genre_id;

-- Tracks in albums.
CREATE TRIGGER count_track AFTER INSERT ON track
    WHEN new.missing_since IS NULL AND new.album_id IS NOT NULL
BEGIN
    UPDATE album SET track_count = track_count + 1, duration_ms = duration_ms + ifnull(new.duration_ms, 0)
        WHERE id = new.album_id;
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
-- Tracks of artists and genres.
CREATE TRIGGER count_presence AFTER UPDATE OF missing_since ON track
    WHEN (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    UPDATE artist SET track_count = track_count + iif(new.missing_since IS NULL, 1, -1)
        WHERE id IN (SELECT artist_id FROM track_artist WHERE track_id = new.id);
    UPDATE genre SET track_count = track_count + iif(new.missing_since IS NULL, 1, -1)
        WHERE id IN (SELECT genre_id FROM track_genre WHERE track_id = new.id);
END;
-- Before, while its credits and genres are still there; those of no track count nothing when they go.
CREATE TRIGGER count_track_gone BEFORE DELETE ON track WHEN old.missing_since IS NULL
BEGIN
    UPDATE album SET track_count = track_count - 1, duration_ms = duration_ms - ifnull(old.duration_ms, 0)
        WHERE id = old.album_id;
    UPDATE artist SET track_count = track_count - 1
        WHERE id IN (SELECT artist_id FROM track_artist WHERE track_id = old.id);
    UPDATE genre SET track_count = track_count - 1
        WHERE id IN (SELECT genre_id FROM track_genre WHERE track_id = old.id);
END;
CREATE TRIGGER count_credit AFTER INSERT ON track_artist
    WHEN EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_artist WHERE track_id = new.track_id AND +artist_id = new.artist_id)
BEGIN
    UPDATE artist SET track_count = track_count + 1 WHERE id = new.artist_id;
END;
CREATE TRIGGER count_credit_gone AFTER DELETE ON track_artist
    WHEN EXISTS (SELECT 1 FROM track WHERE id = old.track_id AND missing_since IS NULL)
        AND NOT EXISTS (SELECT 1 FROM track_artist WHERE track_id = old.track_id AND +artist_id = old.artist_id)
BEGIN
    UPDATE artist SET track_count = track_count - 1 WHERE id = old.artist_id;
END;
CREATE TRIGGER count_genre AFTER INSERT ON track_genre
    WHEN EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_genre WHERE track_id = new.track_id AND +genre_id = new.genre_id)
BEGIN
    UPDATE genre SET track_count = track_count + 1 WHERE id = new.genre_id;
END;
CREATE TRIGGER count_genre_gone AFTER DELETE ON track_genre
    WHEN EXISTS (SELECT 1 FROM track WHERE id = old.track_id AND missing_since IS NULL)
        AND NOT EXISTS (SELECT 1 FROM track_genre WHERE track_id = old.track_id AND +genre_id = old.genre_id)
BEGIN
    UPDATE genre SET track_count = track_count - 1 WHERE id = old.genre_id;
END;
-- Albums of artists: those that have a track.
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
