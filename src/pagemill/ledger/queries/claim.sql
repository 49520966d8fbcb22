-- Handing work out. Claims are serialised by the caller: limits hold exactly.

-- name: promote_waiting(now_ms)
-- Tasks whose back-off is over are ready; their lanes must be opened.
UPDATE task SET state = 1, due_ms = NULL WHERE state = 4 AND due_ms <= :now_ms
RETURNING pool, user_id;

-- name: find_pool(pool)^
-- A pool's limit and rest, with what runs in it now.
SELECT max_running, rests_until_ms,
  (SELECT count(*) FROM task WHERE state = 2 AND task.pool = pool.name) AS running
FROM pool WHERE name = :pool;

-- name: find_lanes(user_max_running, pool, limit)
-- Users with work and room: least running per weight first, then least recently served. Running
-- tasks are as few as there are slots, so counting them costs nothing.
SELECT lane.user_id, lane.gen, lane.last_turn, "user".weight,
  coalesce("user".max_running, :user_max_running) AS max_running,
  coalesce(busy.running, 0) AS running
FROM lane
JOIN "user" ON "user".id = lane.user_id
LEFT JOIN (
  SELECT user_id, count(*) AS running FROM task WHERE state = 2 GROUP BY user_id
) AS busy ON busy.user_id = lane.user_id
WHERE lane.pool = :pool
  AND coalesce(busy.running, 0) < coalesce("user".max_running, :user_max_running)
ORDER BY coalesce(busy.running, 0) / "user".weight, lane.last_turn, lane.user_id
LIMIT :limit;

-- name: next_tasks(pool, user_id, limit)
-- The first ready tasks of one user by rank, with all that a step needs. A page text of another job
-- answers a page, unless an attempt has gone wrong already: perhaps that text is the reason.
SELECT task.id, task.job_id, task.kind, task.page_no, task.attempt, task.deaths, task.engine,
  task.reason, task.pool, job.filename, job.options, job.password,
  document.sha256, document.media_type, document.size_bytes, document.pages AS document_pages,
  page_cache.job_id AS cached_job_id, page_cache.token AS cached_token, "user".page_seconds,
  job.traceparent, coalesce(job.started_ms, job.created_ms) AS since_ms
FROM task
JOIN job ON job.id = task.job_id
JOIN "user" ON "user".id = task.user_id
JOIN document ON document.sha256 = job.sha256
LEFT JOIN page_cache ON page_cache.user_id = task.user_id
  AND page_cache.sha256 = job.sha256
  AND page_cache.page_no = task.page_no
  AND page_cache.cache_key = task.cache_key
  AND page_cache.job_id <> task.job_id
  AND task.errors = 0
WHERE task.state = 1 AND task.pool = :pool AND task.user_id = :user_id
ORDER BY task.rank, task.id LIMIT :limit;

-- name: page_results(job_id)
-- What became of every page, for assembly.
SELECT page_no, state, token, engine, failure_code, failure_message, failure_hint
FROM task WHERE job_id = :job_id AND kind = 'page' ORDER BY page_no;

-- name: take_tasks*!
-- The attempt begins: a new token fences off whoever held this task before.
UPDATE task SET state = 2, attempt = attempt + 1, token = :token, owner = :owner,
  lease_ms = :lease_ms
WHERE id = :id AND state = 1;

-- name: next_turn(pool)$
-- A clock that ticks once per serving, so that nobody is served twice at the same moment.
UPDATE pool SET turn = turn + 1 WHERE name = :pool RETURNING turn;

-- name: serve_lane(turn, pool, user_id)!
-- Who was served stands behind everybody else with as much running.
UPDATE lane SET last_turn = :turn WHERE pool = :pool AND user_id = :user_id;

-- name: close_lane(pool, user_id, gen)!
-- An empty lane goes, unless work came since it was looked at (`gen`).
DELETE FROM lane
WHERE pool = :pool AND user_id = :user_id AND gen = :gen
  AND NOT EXISTS (
    SELECT 1 FROM task WHERE state = 1 AND task.pool = :pool AND task.user_id = :user_id
  );
