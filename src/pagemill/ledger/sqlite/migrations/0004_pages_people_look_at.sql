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
  at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX correction_page ON correction (job_id, page_no, id);

-- Figures over time -------------------------------------------------------------------------------

-- How much waited and ran, looked at once a minute by upkeep; older than a day once an hour.
CREATE TABLE sample (
  at_ms INTEGER PRIMARY KEY,
  jobs_waiting INTEGER NOT NULL,
  pages_waiting INTEGER NOT NULL,
  pages_running INTEGER NOT NULL
) STRICT;
