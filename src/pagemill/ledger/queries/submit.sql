-- Accepting a job. All of one submission stands in one transaction.

-- name: earlier_job(user_id, idempotency_key)^
-- The job this user's idempotency key was used for.
SELECT id, request_key FROM job
WHERE user_id = :user_id AND idempotency_key = :idempotency_key;

-- name: add_user(user_id, now_ms)!
-- A user is written down with their first job; limits and weight are set by an operator.
INSERT INTO "user" (id, created_ms) VALUES (:user_id, :now_ms) ON CONFLICT (id) DO NOTHING;

-- name: add_documents*!
-- The same bytes are one document; what was learned of it stays. Sent again they are lost no more.
INSERT INTO document (sha256, media_type, size_bytes, pages, created_ms)
VALUES (:sha256, :media_type, :size_bytes, :pages, :now_ms)
ON CONFLICT (sha256) DO UPDATE SET lost_ms = NULL WHERE document.lost_ms IS NOT NULL;

-- name: keep_from_trash*!
-- A document that is used again must not be deleted by an upkeep that comes late.
DELETE FROM trash WHERE key = :key;

-- name: add_jobs*!
-- New jobs at version 1; their first events follow in the same transaction.
INSERT INTO job (
  id, handle, user_id, sha256, filename, name_key, options, password, state, priority, rank,
  version, created_ms, updated_ms, idempotency_key, request_key, note, stored_bytes,
  asked_keep_ms, keep_ms, soft_ms, hard_ms, traceparent
) VALUES (
  :id, :handle, :user_id, :sha256, :filename, :name_key, :options, :password, :state, :priority,
  :rank, 1, :now_ms, :now_ms, :idempotency_key, :request_key, :note, :stored_bytes,
  :asked_keep_ms, :keep_ms, :soft_ms, :hard_ms, :traceparent
);

-- name: add_tasks*!
-- Steps of jobs that are no pages.
INSERT INTO task (job_id, kind, user_id, pool, state, rank)
VALUES (:job_id, :kind, :user_id, :pool, :state, :rank);

-- name: add_pages*!
-- The page tasks a split has planned, each once (UNIQUE job, kind, page).
INSERT INTO task (
  job_id, kind, page_no, user_id, pool, state, rank, engine, reason, cache_key
) VALUES (
  :job_id, 'page', :page_no, :user_id, :pool, :state, :rank, :engine, :reason, :cache_key
);

-- name: add_events*!
-- The history of jobs. `seq` is the job's version after the change.
INSERT INTO event (job_id, seq, at_ms, kind, data) VALUES (:job_id, :seq, :now_ms, :kind, :data);

-- name: add_pool(pool)!
-- Pools come into being with their first work; limits are set by an operator.
INSERT INTO pool (name) VALUES (:pool) ON CONFLICT (name) DO NOTHING;

-- name: open_lane(pool, user_id)!
-- Everything that makes a task ready says so here; a claim looks nowhere else.
INSERT INTO lane (pool, user_id, last_turn)
VALUES (:pool, :user_id, -coalesce((SELECT max(turn) FROM pool), 0))
ON CONFLICT (pool, user_id) DO UPDATE SET gen = lane.gen + 1;
