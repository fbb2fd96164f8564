-- Whether the full listing in hand must not take silence for a deletion.
ALTER TABLE feed ADD COLUMN keeps_unlisted INTEGER NOT NULL DEFAULT 0 CHECK (keeps_unlisted IN (0, 1));
