-- What people tell a job. Each command changes the version once and writes one event.

-- name: set_state(state, finished_ms, now_ms, job_id)^
-- The job's new state; final states carry the time they came.
UPDATE job SET state = :state, finished_ms = CAST(:finished_ms AS BIGINT), version = version + 1,
  updated_ms = :now_ms, expires_ms = CAST(:finished_ms AS BIGINT) + keep_ms,
  deadline_ms = CASE WHEN CAST(:finished_ms AS BIGINT) IS NULL THEN deadline_ms END
WHERE id = :job_id RETURNING version;

-- name: cancel_tasks(job_id)!
-- Nothing unfinished goes on. A running task loses its token, so its worker comes back too late.
UPDATE task SET state = 6, token = '', owner = NULL, lease_ms = NULL, due_ms = NULL
WHERE job_id = :job_id AND state IN (0, 1, 2, 4, 7);

-- name: hold_tasks(job_id)!
-- What has not begun waits for the job to go on; what runs may finish.
UPDATE task SET state = 7, due_ms = NULL WHERE job_id = :job_id AND state IN (1, 4);

-- name: free_tasks(job_id)
-- Held tasks are ready again; their lanes must be opened.
UPDATE task SET state = 1 WHERE job_id = :job_id AND state = 7 RETURNING pool;

-- name: set_priority(priority, rank, now_ms, job_id)^
-- A new place in the row of the job's user.
UPDATE job SET priority = :priority, rank = :rank, version = version + 1, updated_ms = :now_ms
WHERE id = :job_id RETURNING version;

-- name: set_rank(rank, job_id)!
-- Only tasks that may still be claimed have a place to change.
UPDATE task SET rank = :rank WHERE job_id = :job_id AND state NOT IN (3, 5, 6);

-- name: reopen_pages(engine, pool, job_id)
-- Failed and cancelled pages are ready again with a clean record. Another engine reads something
-- else than was planned, so its page text must not answer for the plan: no cache key.
UPDATE task SET state = 1, errors = 0, deaths = 0,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL,
  cache_key = CASE WHEN :engine IN ('', engine) THEN cache_key ELSE '' END,
  reason = CASE WHEN :engine IN ('', engine) THEN reason ELSE 'asked for when retried' END,
  engine = CASE WHEN :engine = '' THEN engine ELSE :engine END,
  pool = CASE WHEN :engine = '' THEN pool ELSE :pool END
WHERE job_id = :job_id AND kind = 'page' AND state IN (5, 6)
RETURNING pool;

-- name: reopen_split(job_id)
-- The document is opened once more.
UPDATE task SET state = 1, errors = 0, deaths = 0,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'split' AND state IN (5, 6)
RETURNING pool;

-- name: block_assemble(job_id)!
-- Assembly waits for the pages that are read again, whatever became of it before.
UPDATE task SET state = 0, attempt = 0, errors = 0, deaths = 0, token = '', finished_ms = NULL,
  owner = NULL, lease_ms = NULL, due_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'assemble';

-- name: reopen_assemble(job_id)
-- All pages are there and only the outputs are missing.
UPDATE task SET state = 1, errors = 0, deaths = 0,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'assemble' AND state IN (5, 6)
RETURNING pool;

-- name: reopen_job(state, now_ms, options, password, job_id)^
-- A final job goes on; pages that had failed are left to do again.
UPDATE job SET state = :state, version = version + 1, updated_ms = :now_ms,
  started_ms = CASE WHEN :state <> 'queued' THEN CAST(:now_ms AS BIGINT) END,
  finished_ms = NULL, expires_ms = NULL, is_pruned = 0, outputs = '[]',
  deadline_ms = CASE WHEN :state <> 'queued' THEN
    CAST(:now_ms AS BIGINT) + least(soft_ms, hard_ms) END,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL,
  pages_left = pages_left + pages_failed, pages_failed = 0,
  options = :options,
  password = CASE WHEN :password = '' THEN password ELSE :password END
WHERE id = :job_id RETURNING version;

-- name: delete_job(job_id)!
-- Takes tasks, events and cached pages with it.
DELETE FROM job WHERE id = :job_id;

-- name: recache_pages(sha256, user_id)!
-- Page texts of the same user's other jobs on this document answer for those that went.
INSERT INTO page_cache (user_id, sha256, page_no, cache_key, job_id, token)
SELECT job.user_id, job.sha256, task.page_no, task.cache_key, job.id, task.token
FROM job JOIN task ON task.job_id = job.id
WHERE job.sha256 = :sha256 AND job.user_id = :user_id
  AND task.kind = 'page' AND task.state = 3 AND task.cache_key <> ''
ON CONFLICT DO NOTHING;

-- name: delete_document(sha256)!
-- Only a document that no job uses and no upload waits on.
DELETE FROM document
WHERE sha256 = :sha256 AND NOT EXISTS (SELECT 1 FROM job WHERE job.sha256 = :sha256)
  AND NOT EXISTS (SELECT 1 FROM upload WHERE upload.sha256 = :sha256);

-- name: add_trash(key, is_folder, now_ms)!
-- Bytes to be deleted once this transaction stands.
INSERT INTO trash (key, is_folder, since_ms) VALUES (:key, :is_folder, :now_ms)
ON CONFLICT (key) DO NOTHING;
