-- compatible with 3
-- Pages people look at: what they correct by hand, and how the queue stood minute by minute.

-- Corrections -------------------------------------------------------------------------------------

-- A block's text as somebody put it right. The page text with the correction in it is a new one on
-- the shelf, which the page's task names from then on; this is the history.
CREATE TABLE correction (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
  page_no INTEGER NOT NULL CHECK (page_no > 0),
  block INTEGER NOT NULL CHECK (block >= 0),  -- its place among the blocks of the page, from 0
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  user_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  is_superseded INTEGER NOT NULL DEFAULT 0 CHECK (is_superseded IN (0, 1))  -- its page was read again
) STRICT;

CREATE INDEX correction_page ON correction (job_id, page_no, id);

-- Of a page that is read again: what it was before, as JSON, until it is read.
ALTER TABLE task ADD COLUMN kept TEXT NOT NULL DEFAULT '';
-- Of an assembly: the attempt during which a page was corrected, so that another must follow.
ALTER TABLE task ADD COLUMN stale_token TEXT NOT NULL DEFAULT '';

-- Figures over time -------------------------------------------------------------------------------

-- How much waited and ran, looked at once a minute by upkeep: sums over so many looks, and the most
-- pages that were seen waiting. Minutes become hours when they are two days old.
CREATE TABLE sample (
  span_ms INTEGER NOT NULL CHECK (span_ms IN (60000, 3600000)),
  since_ms INTEGER NOT NULL,
  looks INTEGER NOT NULL CHECK (looks > 0),
  jobs_waiting INTEGER NOT NULL,
  pages_waiting INTEGER NOT NULL,
  pages_running INTEGER NOT NULL,
  most_waiting INTEGER NOT NULL,
  PRIMARY KEY (span_ms, since_ms)
) STRICT, WITHOUT ROWID;

-- Hours keep from now on how long jobs waited, by bucket; what they held of it was never asked for.
DELETE FROM pace WHERE span_ms = 3600000 AND kind = 'wait';

-- News --------------------------------------------------------------------------------------------

-- Every change of every job in the order of the commits, for those who watch many jobs. An index on
-- when a job changed would answer the same and cost more: a page that is done moves its job's row,
-- and no index had to be moved for that. Jobs that are gone stand here too; the oldest lines go.
CREATE TABLE job_change (
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL,
  user_id TEXT NOT NULL
) STRICT;

CREATE TRIGGER job_change_came AFTER INSERT ON job BEGIN
  INSERT INTO job_change (job_id, user_id) VALUES (new.id, new.user_id);
END;

CREATE TRIGGER job_change_told AFTER UPDATE OF version ON job BEGIN
  INSERT INTO job_change (job_id, user_id) VALUES (new.id, new.user_id);
END;

CREATE TRIGGER job_change_went AFTER DELETE ON job BEGIN
  INSERT INTO job_change (job_id, user_id) VALUES (old.id, old.user_id);
END;
