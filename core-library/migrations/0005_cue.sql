-- Where a track begins and ends in its file, if the file has several (cue sheets); NULL: at its start, at
-- its end.
ALTER TABLE track ADD COLUMN start_ms INTEGER;
ALTER TABLE track ADD COLUMN end_ms INTEGER;
