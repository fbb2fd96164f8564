-- How many files were left in the queue when a job ended. Of earlier jobs nobody knows.
ALTER TABLE sync_job ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
