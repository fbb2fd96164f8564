-- A provider that a person took away keeps its row, since its id is given to no other, and since tracks of
-- which something was made still belong to it. Adding it again takes the mark away.
ALTER TABLE provider ADD COLUMN removed_at INTEGER;
