-- Taking work back. Every statement here runs in the transaction that checked the token.

-- name: running_tasks(ids)
-- Those of these that are in work; the token says for whom.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 AND task.id IN (SELECT value FROM json_each(:ids));

-- name: end_task(now_ms, id)!
-- The step did what it was for.
UPDATE task SET state = 3, owner = NULL, lease_ms = NULL, finished_ms = :now_ms,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE id = :id;

-- name: end_pages*!
-- The page is read; the token names its page text on the shelf from now on.
UPDATE task SET state = 3, owner = NULL, lease_ms = NULL, finished_ms = :now_ms,
  engine = :engine, is_cached = :is_cached, run_ms = :run_ms, confidence = :confidence,
  flags = :flags, kept = '', failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE id = :id;

-- name: put_back(state, due_ms, attempts_back, errors, deaths, now_ms, code, message, hint, id)!
-- The step did not do what it was for. What is known of the failure stays until the page is done.
UPDATE task SET state = :state, due_ms = :due_ms, attempt = attempt - :attempts_back,
  errors = :errors, deaths = :deaths, token = '', owner = NULL, lease_ms = NULL,
  finished_ms = CASE WHEN :state = 5 THEN CAST(:now_ms AS BIGINT) END,
  is_cached = 0, run_ms = NULL, confidence = NULL, flags = '[]',
  failure_code = coalesce(CAST(:code AS TEXT), failure_code),
  failure_message = CASE WHEN CAST(:code AS TEXT) IS NULL THEN failure_message ELSE :message END,
  failure_hint = CASE WHEN CAST(:code AS TEXT) IS NULL THEN failure_hint ELSE :hint END
WHERE id = :id;

-- name: cache_pages*!
-- This page text answers the same user's next wish for the same page, read in the same way.
INSERT INTO page_cache (user_id, sha256, page_no, cache_key, job_id, token)
VALUES (:user_id, :sha256, :page_no, :cache_key, :job_id, :token)
ON CONFLICT (user_id, sha256, page_no, cache_key)
DO UPDATE SET job_id = excluded.job_id, token = excluded.token;

-- name: uncache_page(user_id, sha256, page_no, cache_key, job_id)!
-- A page text that is gone answers nobody.
DELETE FROM page_cache
WHERE user_id = :user_id AND sha256 = :sha256 AND page_no = :page_no AND cache_key = :cache_key
  AND job_id = :job_id;

-- name: done_page(job_id, page_no)^
-- A page of a job that was read, to be read again.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.job_id = :job_id AND task.kind = 'page' AND task.page_no = :page_no AND task.state = 3;

-- name: set_document_pages(pages, sha256)!
-- The document was opened: how many pages it has is known for good.
UPDATE document SET pages = :pages WHERE sha256 = :sha256;

-- name: begin_job(pages, now_ms, job_id)^
-- Pages are known. A paused job stays paused. The first time limit it will meet counts from now.
UPDATE job SET state = CASE WHEN state = 'paused' THEN state ELSE 'processing' END,
  pages_total = :pages, pages_left = :pages, started_ms = :now_ms,
  deadline_ms = :now_ms + least(soft_ms, hard_ms),
  version = version + 1, updated_ms = :now_ms
WHERE id = :job_id RETURNING version, created_ms;

-- name: change_job(left, done, failed, cached, changes, now_ms, job_id)^
-- Counters move in the transaction that moves the page; the version tells watchers.
UPDATE job SET pages_left = pages_left + :left, pages_done = pages_done + :done,
  pages_failed = pages_failed + :failed, pages_cached = pages_cached + :cached,
  version = version + :changes, updated_ms = :now_ms
WHERE id = :job_id
RETURNING version, state, pages_left, pages_done, pages_failed, pages_total;

-- name: wake_assemble(state, job_id)
-- The last page has come or was given up; assembly waits for nothing else.
UPDATE task SET state = :state WHERE job_id = :job_id AND kind = 'assemble' AND state = 0
RETURNING pool, user_id;

-- name: drop_assemble(job_id)!
-- There is nothing to assemble.
UPDATE task SET state = 6 WHERE job_id = :job_id AND kind = 'assemble' AND state = 0;

-- name: complete_job(outputs, new_bytes, now_ms, job_id)^
-- The outputs are written and listed.
UPDATE job SET state = 'completed', outputs = :outputs, finished_ms = :now_ms,
  stored_bytes = (SELECT size_bytes FROM document WHERE document.sha256 = job.sha256) + :new_bytes,
  expires_ms = :now_ms + keep_ms, deadline_ms = NULL,
  version = version + 1, updated_ms = :now_ms
WHERE id = :job_id RETURNING version, pages_done, pages_failed;

-- name: fail_job(now_ms, code, message, hint, job_id)^
-- Nothing more can become of the job unless somebody retries it.
UPDATE job SET state = 'failed', finished_ms = :now_ms,
  expires_ms = :now_ms + keep_ms, deadline_ms = NULL,
  failure_code = :code, failure_message = :message, failure_hint = :hint,
  version = version + 1, updated_ms = :now_ms
WHERE id = :job_id RETURNING version;

-- name: move_task(pool, id)!
-- It waits for another engine from now on; the lane there must be opened.
UPDATE task SET pool = :pool WHERE id = :id;

-- name: troubled_pools()
-- Circuits that are not closed, or were close to opening.
SELECT name, trips, rests_until_ms, failed_jobs FROM pool
WHERE trips > 0 OR rests_until_ms > 0 OR failed_jobs <> '[]';

-- name: set_circuit(pool, trips, until_ms, failed_jobs)!
-- When a pool rests, and who failed before that.
INSERT INTO pool (name, trips, rests_until_ms, failed_jobs)
VALUES (:pool, :trips, :until_ms, :failed_jobs)
ON CONFLICT (name) DO UPDATE SET trips = excluded.trips,
  rests_until_ms = excluded.rests_until_ms, failed_jobs = excluded.failed_jobs;
