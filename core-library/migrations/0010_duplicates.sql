-- What was decided about tracks of one provider that sound the same.
CREATE TABLE duplicate (
    track_id   INTEGER PRIMARY KEY REFERENCES track(id) ON DELETE CASCADE,
    kept_id    INTEGER REFERENCES track(id) ON DELETE CASCADE, -- stands for it, which is set aside; NULL: both are kept
    by_person  INTEGER NOT NULL,                    -- else by the policy
    decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX duplicate_kept ON duplicate(kept_id) WHERE kept_id IS NOT NULL;

-- Sounds that were written since duplicates were looked for, where the policy is not to keep both.
CREATE TABLE duplicate_check (
    provider_id INTEGER NOT NULL REFERENCES provider(id) ON DELETE CASCADE,
    audio_id    BLOB    NOT NULL,
    PRIMARY KEY (provider_id, audio_id)
) STRICT, WITHOUT ROWID;
