-- Pages that were read, thought about again: corrected by hand, or read once more.

-- name: add_correction(job_id, page_no, block, before, after, user_id, now_ms)!
-- The history; what is in force stands in the page text.
INSERT INTO correction (job_id, page_no, block, before, after, user_id, at_ms)
VALUES (:job_id, :page_no, :block, :before, :after, :user_id, :now_ms);

-- name: list_corrections(job_id, page_no, before, limit)
-- Newest first, of one page or of all.
SELECT * FROM correction
WHERE job_id = :job_id AND (:page_no = 0 OR page_no = :page_no)
  AND (:before = 0 OR id < :before)
ORDER BY id DESC LIMIT :limit;

-- name: supersede_corrections*!
-- The page was read again: what was corrected is there no more.
UPDATE correction SET is_superseded = 1
WHERE job_id = :job_id AND page_no = :page_no AND is_superseded = 0;

-- name: correct_page(token, confidence, id)!
-- The token names another page text. It is nobody's plan any more: no cache key, so that it answers
-- no other job.
UPDATE task SET token = :token, confidence = :confidence, cache_key = '' WHERE id = :id;

-- name: outdate_assembly(job_id)!
-- An assembly at work has the text before: another must follow. What waits takes the new text.
UPDATE task SET stale_token = token
WHERE job_id = :job_id AND kind = 'assemble' AND state = 2;

-- name: reread_page(id, state, engine, pool, kept)!
-- A page is ready (or held) with a clean record. Whatever answered it before shall not answer it
-- again: no cache key. `kept` is what stays of it until it is read.
UPDATE task SET state = :state, errors = 0, deaths = 0, token = '', finished_ms = NULL,
  is_cached = 0, run_ms = NULL, confidence = NULL, flags = '[]', cache_key = '', kept = :kept,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL,
  reason = CASE WHEN :engine IN ('', engine) THEN reason ELSE 'asked for when retried' END,
  engine = CASE WHEN :engine = '' THEN engine ELSE :engine END,
  pool = CASE WHEN :engine = '' THEN pool ELSE :pool END
WHERE id = :id;

-- name: restore_page(token, engine, pool, reason, cache_key, is_cached, run_ms, confidence, flags, now_ms, id)!
-- It could not be read again: what was read before stays.
UPDATE task SET state = 3, token = :token, engine = :engine, pool = :pool, reason = :reason,
  cache_key = :cache_key, is_cached = :is_cached, run_ms = CAST(:run_ms AS BIGINT),
  confidence = CAST(:confidence AS DOUBLE PRECISION), flags = :flags, finished_ms = :now_ms,
  kept = '', owner = NULL, lease_ms = NULL, due_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE id = :id;

-- name: reopen_ended(now_ms, job_id)!
-- A job that has ended goes on; its counters stay. Limits of time count anew.
UPDATE job SET state = 'processing', started_ms = :now_ms, finished_ms = NULL, expires_ms = NULL,
  is_pruned = 0, outputs = '[]', failure_code = NULL, failure_message = NULL, failure_hint = NULL,
  deadline_ms = CAST(:now_ms AS BIGINT) + least(soft_ms, hard_ms)
WHERE id = :job_id AND state IN ('completed', 'failed', 'cancelled');

-- name: set_password(password, job_id)!
-- One that was given later.
UPDATE job SET password = :password WHERE id = :job_id;
