-- Tracks of one number are in the order of their paths, so what an album has from its first track follows from where
-- its files are: the end of a sync derives it anew where they moved. Where the keys of files are ids, a folder that
-- moved takes those below along.
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
CREATE TRIGGER loose_presence_rebound AFTER UPDATE OF item_id ON track
    WHEN new.album_id IS NOT NULL AND old.item_id IS NOT new.item_id
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', new.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = new.album_id);
END;

-- Those that depended on which file was read first, and those that have the picture of a track that is gone.
INSERT INTO loose(kind, id)
    SELECT 'presence', a.id FROM (
        SELECT album_id AS id FROM track WHERE album_id IS NOT NULL
            GROUP BY album_id, ifnull(disc, 1), ifnull(track, 0) HAVING count(*) > 1
        UNION SELECT album_id FROM track
            WHERE missing_since IS NOT NULL AND album_id IS NOT NULL AND artwork_id IS NOT NULL) a
    WHERE NOT EXISTS (SELECT 1 FROM loose l WHERE l.kind = 'presence' AND l.id = a.id);
