-- compatible with 3
-- Pages people look at: what they correct by hand, and how the queue stood minute by minute.

-- Corrections -------------------------------------------------------------------------------------

-- A block's text as somebody put it right. The page text with the correction in it is a new one on
-- the shelf, which the page's task names from then on; this is the history.
CREATE TABLE correction (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id TEXT COLLATE "C" NOT NULL REFERENCES job ON DELETE CASCADE,
  page_no INTEGER NOT NULL CHECK (page_no > 0),
  block INTEGER NOT NULL CHECK (block >= 0),  -- its place among the blocks of the page, from 0
  before TEXT COLLATE "C" NOT NULL,
  after TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  is_superseded INTEGER NOT NULL DEFAULT 0 CHECK (is_superseded IN (0, 1))  -- its page was read again
);

CREATE INDEX correction_page ON correction (job_id, page_no, id);

-- Of a page that is read again: what it was before, as JSON, until it is read.
ALTER TABLE task ADD COLUMN kept TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Of an assembly: the attempt during which a page was corrected, so that another must follow.
ALTER TABLE task ADD COLUMN stale_token TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Figures over time -------------------------------------------------------------------------------

-- How much waited and ran, looked at once a minute by upkeep: sums over so many looks, and the most
-- pages that were seen waiting. Minutes become hours when they are two days old.
CREATE TABLE sample (
  span_ms INTEGER NOT NULL CHECK (span_ms IN (60000, 3600000)),
  since_ms BIGINT NOT NULL,
  looks INTEGER NOT NULL CHECK (looks > 0),
  jobs_waiting BIGINT NOT NULL,
  pages_waiting BIGINT NOT NULL,
  pages_running BIGINT NOT NULL,
  most_waiting BIGINT NOT NULL,
  PRIMARY KEY (span_ms, since_ms)
);

-- Hours keep from now on how long jobs waited, by bucket; what they held of it was never asked for.
DELETE FROM pace WHERE span_ms = 3600000 AND kind = 'wait';

-- News --------------------------------------------------------------------------------------------

-- Every change of every job in the order of the commits, for those who watch many jobs. An index on
-- when a job changed would answer the same and cost more: a page that is done moves its job's row,
-- and no index had to be moved for that. Jobs that are gone stand here too; the oldest lines go.
CREATE TABLE job_change (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL
);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO job_change (job_id, user_id) VALUES (old.id, old.user_id);
  ELSE
    INSERT INTO job_change (job_id, user_id) VALUES (new.id, new.user_id);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER job_changed AFTER INSERT OR DELETE OR UPDATE OF version ON job
FOR EACH ROW EXECUTE FUNCTION note_change();
