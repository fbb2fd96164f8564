-- When each track was played; annotation keeps the sum. What was played before this table is only counted.
CREATE TABLE play (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
    played_at INTEGER NOT NULL
) STRICT;
CREATE INDEX play_time ON play(played_at, id);
CREATE INDEX play_track ON play(track_id);
