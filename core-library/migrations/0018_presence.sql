-- Albums of which a track went or is back: the end of a sync derives anew what they have from those that are there.
CREATE TRIGGER loose_presence AFTER UPDATE OF missing_since ON track
    WHEN old.album_id IS NOT NULL AND (old.missing_since IS NULL) <> (new.missing_since IS NULL)
BEGIN
    INSERT INTO loose(kind, id) SELECT 'presence', old.album_id
        WHERE NOT EXISTS (SELECT 1 FROM loose WHERE kind = 'presence' AND id = old.album_id);
END;
INSERT INTO loose(kind, id)
    SELECT DISTINCT 'presence', album_id FROM track WHERE missing_since IS NOT NULL AND album_id IS NOT NULL;

-- Albums that their folder tells apart and that are in another one by now: their files moved without being read. Those
-- in folders of discs are among them, which are one album since a while.
INSERT INTO work(item_id, provider_id, priority)
    SELECT DISTINCT i.id, i.provider_id, 10 FROM album a
    JOIN track t ON t.album_id = a.id JOIN remote_item i ON i.id = t.item_id
    WHERE a.identity GLOB 'dir:*' AND t.missing_since IS NULL AND i.removed_at IS NULL
        AND i.kind = 'audio' AND i.parent_key <> '' AND instr(a.identity, char(31) || i.parent_key) = 0
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = i.id);
