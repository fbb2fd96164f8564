-- What the file of a part sounds like, so that all tracks of a disc in one file are found wherever it went. Files with
-- parts are read again, since the parts only say what they themselves sound like.
ALTER TABLE track ADD COLUMN file_audio_id BLOB;    -- of a part: the identity of the sound of its file
CREATE INDEX track_file_audio ON track(file_audio_id) WHERE file_audio_id IS NOT NULL;
INSERT INTO work(item_id, provider_id, priority)
    SELECT DISTINCT i.id, i.provider_id, 10 FROM track t JOIN remote_item i ON i.id = t.item_id
    WHERE t.part > 0 AND t.missing_since IS NULL AND i.removed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.item_id = i.id);
