-- Search by the first letters of words reads one list instead of the lists of all words that begin so. The
-- tables hold no text, so the words are put back together from where they stand.
ALTER TABLE search RENAME TO search_before;
ALTER TABLE album_search RENAME TO album_search_before;
ALTER TABLE artist_search RENAME TO artist_search_before;
CREATE VIRTUAL TABLE search_word USING fts5vocab(search_before, instance);
CREATE VIRTUAL TABLE album_search_word USING fts5vocab(album_search_before, instance);
CREATE VIRTUAL TABLE artist_search_word USING fts5vocab(artist_search_before, instance);
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
INSERT INTO search(rowid, title, artist, album, extra)
    SELECT doc,
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'title'), ''),
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'artist'), ''),
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'album'), ''),
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'extra'), '')
    FROM search_word GROUP BY doc;
INSERT INTO album_search(rowid, title, artist)
    SELECT doc,
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'title'), ''),
        ifnull(group_concat(term, ' ' ORDER BY offset) FILTER (WHERE col = 'artist'), '')
    FROM album_search_word GROUP BY doc;
INSERT INTO artist_search(rowid, name)
    SELECT doc, group_concat(term, ' ' ORDER BY offset) FROM artist_search_word GROUP BY doc;
DROP TABLE search_word;
DROP TABLE album_search_word;
DROP TABLE artist_search_word;
DROP TABLE search_before;
DROP TABLE album_search_before;
DROP TABLE artist_search_before;

-- Tracks from this one on are counted by the batch that writes them, and not by triggers row for row.
CREATE TABLE counted (
    below INTEGER NOT NULL                          -- triggers count all tracks below
) STRICT;
INSERT INTO counted(below) VALUES (9223372036854775807);
DROP TRIGGER count_track;
DROP TRIGGER count_credit;
DROP TRIGGER count_genre;
CREATE TRIGGER count_track AFTER INSERT ON track
    WHEN new.id < (SELECT below FROM counted) AND new.missing_since IS NULL AND new.album_id IS NOT NULL
BEGIN
    UPDATE album SET track_count = track_count + 1, duration_ms = duration_ms + ifnull(new.duration_ms, 0)
        WHERE id = new.album_id;
END;
CREATE TRIGGER count_credit AFTER INSERT ON track_artist
    WHEN new.track_id < (SELECT below FROM counted)
        AND EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_artist WHERE track_id = new.track_id AND +artist_id = new.artist_id)
BEGIN
    UPDATE artist SET track_count = track_count + 1 WHERE id = new.artist_id;
END;
CREATE TRIGGER count_genre AFTER INSERT ON track_genre
    WHEN new.track_id < (SELECT below FROM counted)
        AND EXISTS (SELECT 1 FROM track WHERE id = new.track_id AND missing_since IS NULL)
        AND 1 = (SELECT count(*) FROM track_genre WHERE track_id = new.track_id AND +genre_id = new.genre_id)
BEGIN
    UPDATE genre SET track_count = track_count + 1 WHERE id = new.genre_id;
END;

-- Lists that walk an index need not look at the tracks themselves to leave out those that are missing.
DROP INDEX track_sort;
CREATE INDEX track_sort ON track(sort_key, id, missing_since);
DROP INDEX track_album;
CREATE INDEX track_album ON track(album_id, ifnull(disc, 1), ifnull(track, 0), id, missing_since);
