-- What was given up, newest first. The indexes used here hold nothing else, and all that is asked
-- for. `but_codes` are codes to be left out, each between blanks; one that is among them can be
-- taken out of that text. "At least as long" means "equal" and is said so because PostgreSQL takes
-- an equality as a reason to look at everything and sort it.

-- name: list_dead(since_ms, before_ms, before_id, code, engine, but_codes, limit)
-- Of everybody.
SELECT task.id, task.job_id, task.user_id, task.kind, task.page_no, task.engine, task.attempt,
  task.deaths, task.finished_ms, task.failure_code, task.failure_message, task.failure_hint,
  job.filename, job.state AS job_state
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 5 AND task.finished_ms >= :since_ms
  AND (task.finished_ms, task.id) < (:before_ms, :before_id)
  AND (:code = '' OR task.failure_code = :code) AND (:engine = '' OR task.engine = :engine)
  AND length(replace(:but_codes, ' ' || task.failure_code || ' ', '')) >= length(:but_codes)
ORDER BY task.finished_ms DESC, task.id DESC LIMIT :limit;

-- name: list_dead_of_user(user_id, since_ms, before_ms, before_id, code, engine, but_codes, limit)
-- The same for one user, by an index of their own.
SELECT task.id, task.job_id, task.user_id, task.kind, task.page_no, task.engine, task.attempt,
  task.deaths, task.finished_ms, task.failure_code, task.failure_message, task.failure_hint,
  job.filename, job.state AS job_state
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 5 AND task.user_id = :user_id AND task.finished_ms >= :since_ms
  AND (task.finished_ms, task.id) < (:before_ms, :before_id)
  AND (:code = '' OR task.failure_code = :code) AND (:engine = '' OR task.engine = :engine)
  AND length(replace(:but_codes, ' ' || task.failure_code || ' ', '')) >= length(:but_codes)
ORDER BY task.finished_ms DESC, task.id DESC LIMIT :limit;

-- name: count_dead(since_ms, code, engine, but_codes)
-- How many of each code, and the one with the highest id as an example.
SELECT failure_code, count(*) AS tasks, min(finished_ms) AS first_ms, max(finished_ms) AS last_ms,
  max(id) AS example_id
FROM task
WHERE state = 5 AND finished_ms >= :since_ms
  AND (:code = '' OR failure_code = :code) AND (:engine = '' OR engine = :engine)
  AND length(replace(:but_codes, ' ' || failure_code || ' ', '')) >= length(:but_codes)
GROUP BY failure_code;

-- name: count_dead_of_user(user_id, since_ms, code, engine, but_codes)
-- The same for one user.
SELECT failure_code, count(*) AS tasks, min(finished_ms) AS first_ms, max(finished_ms) AS last_ms,
  max(id) AS example_id
FROM task
WHERE state = 5 AND user_id = :user_id AND finished_ms >= :since_ms
  AND (:code = '' OR failure_code = :code) AND (:engine = '' OR engine = :engine)
  AND length(replace(:but_codes, ' ' || failure_code || ' ', '')) >= length(:but_codes)
GROUP BY failure_code;

-- name: find_dead(id)^
-- One of them.
SELECT task.id, task.job_id, task.user_id, task.kind, task.page_no, task.engine, task.attempt,
  task.deaths, task.finished_ms, task.failure_code, task.failure_message, task.failure_hint,
  job.filename, job.state AS job_state
FROM task JOIN job ON job.id = task.job_id
WHERE task.id = :id AND task.state = 5;

-- name: revive_pages(job_id, since_ms, code, engine, but_codes)
-- Given-up pages of a job that match are ready again with a clean record; how they shall be read
-- stays as it was planned.
UPDATE task SET state = 1, errors = 0, deaths = 0, finished_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'page' AND state = 5 AND finished_ms >= :since_ms
  AND (:code = '' OR failure_code = :code) AND (:engine = '' OR engine = :engine)
  AND length(replace(:but_codes, ' ' || failure_code || ' ', '')) >= length(:but_codes)
RETURNING pool;

-- name: revive_step(job_id, kind)
-- The document is opened, or the outputs are written, once more.
UPDATE task SET state = 1, errors = 0, deaths = 0, finished_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = :kind AND state = 5
RETURNING pool;

-- name: revive_job(state, pages, now_ms, job_id)^
-- An ended job goes on with so many of its failed pages; the others stay failed.
UPDATE job SET state = :state, version = version + 1, updated_ms = :now_ms,
  started_ms = CASE WHEN :state <> 'queued' THEN CAST(:now_ms AS BIGINT) END,
  finished_ms = NULL, expires_ms = NULL, is_pruned = 0, outputs = '[]',
  deadline_ms = CASE WHEN :state <> 'queued' THEN
    CAST(:now_ms AS BIGINT) + least(soft_ms, hard_ms) END,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL,
  pages_left = pages_left + :pages, pages_failed = pages_failed - :pages
WHERE id = :job_id RETURNING version;

-- name: failed_attempts(job_id, start)
-- What went wrong with one page. `start` is how the data of its events begins: the house wrote them
-- itself, the page first.
SELECT at_ms, kind, data FROM event
WHERE job_id = :job_id AND kind IN ('page.retry', 'page.failed', 'page.kept')
  AND substr(data, 1, length(:start)) = :start
ORDER BY seq;
