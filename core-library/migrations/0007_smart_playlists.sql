-- The rules of a smart playlist, as JSON with a version; NULL for an ordinary one, which has entries.
ALTER TABLE playlist ADD COLUMN rules TEXT;
