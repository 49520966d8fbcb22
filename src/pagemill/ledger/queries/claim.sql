-- Handing work out. Claims are serialised by the caller: limits hold exactly.

-- name: promote_waiting(now_ms, latest_ms)
-- Tasks whose back-off is over are ready; their lanes must be opened. One that is due later than any
-- back-off can end was put there before the clock was set back, and is over, too.
UPDATE task SET state = 1, due_ms = NULL
WHERE state = 4 AND (due_ms <= :now_ms OR due_ms > :latest_ms)
RETURNING pool, user_id;

-- name: open_pools()
-- What is known of every pool, with what runs in it now.
SELECT pool.name, pool.max_running, pool.rests_until_ms, pool.trips, pool.turn,
  (SELECT count(*) FROM task WHERE state = 2 AND task.pool = pool.name) AS running,
  EXISTS (
    SELECT 1 FROM stop
    WHERE scope = 'queue' OR (scope = 'engine' AND stop.name = pool.name)
  ) AS is_stopped
FROM pool;

-- name: find_lanes(user_max_running, turn, absence, most, pools, limit)
-- Users with work and room, and their lanes. Who has credit comes first, then who has least running
-- per weight, then who was served longest ago. Somebody with nothing in hand who was not served for
-- `absence` turns comes first, too: as a newcomer with all the credit there is if none of their
-- lanes was ever served, else once. A newcomer counts as served so many turns before they came.
-- Running tasks are as few as there are slots, so counting them costs nothing.
WITH busy AS (
  SELECT user_id, count(*) AS running FROM task WHERE state = 2 GROUP BY user_id
), mine AS (
  SELECT user_id, max(last_turn) AS last_turn FROM lane
  WHERE pool IN (SELECT value FROM json_each(:pools)) GROUP BY user_id
), guest AS (
  SELECT mine.user_id, "user".weight,
    CASE
      WHEN mine.last_turn > 0 THEN "user".last_turn
      ELSE greatest("user".last_turn, -mine.last_turn - :absence)
    END AS waits_since,
    coalesce("user".max_running, :user_max_running) AS max_running,
    coalesce(busy.running, 0) AS running,
    CASE
      WHEN busy.running > 0
        OR ("user".last_turn > 0 AND "user".last_turn + :absence > :turn) THEN "user".credit
      WHEN mine.last_turn <= 0 THEN :most
      ELSE greatest("user".credit, 1)
    END AS credit
  FROM mine
  JOIN "user" ON "user".id = mine.user_id
  LEFT JOIN busy ON busy.user_id = mine.user_id
  WHERE mine.user_id NOT IN (SELECT name FROM stop WHERE scope = 'user')
    AND coalesce(busy.running, 0) < coalesce("user".max_running, :user_max_running)
), chosen AS (
  SELECT * FROM guest
  ORDER BY credit = 0, running / weight, waits_since, user_id LIMIT :limit
)
SELECT chosen.*, lane.pool, lane.gen, lane.last_turn AS lane_turn
FROM chosen JOIN lane ON lane.user_id = chosen.user_id
WHERE lane.pool IN (SELECT value FROM json_each(:pools));

-- name: find_heads(lanes, limit)
-- The first ready tasks of each lane by rank. `lanes` is a JSON list of [pool, user id].
SELECT task.id, task.rank, task.pool, task.user_id
FROM json_each(:lanes) AS lane
JOIN task ON task.id IN (
  SELECT head.id FROM task AS head
  WHERE head.state = 1 AND head.pool = lane.value ->> 0 AND head.user_id = lane.value ->> 1
  ORDER BY head.rank, head.id LIMIT :limit
);

-- name: take_tasks*!
-- The attempt begins: a new token fences off whoever held this task before.
UPDATE task SET state = 2, attempt = attempt + 1, token = :token, owner = :owner,
  lease_ms = :lease_ms
WHERE id = :id AND state = 1;

-- name: find_works(ids)
-- Tasks with all that a step needs. A page text of another job answers a page, unless an attempt has
-- gone wrong already: perhaps that text is the reason.
SELECT task.id, task.job_id, task.kind, task.page_no, task.token, task.attempt, task.deaths,
  task.engine, task.reason, task.pool, task.user_id, job.filename, job.options, job.password,
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
WHERE task.id IN (SELECT value FROM json_each(:ids));

-- name: page_results(job_id)
-- What became of every page, for assembly.
SELECT page_no, state, token, engine, failure_code, failure_message, failure_hint
FROM task WHERE job_id = :job_id AND kind = 'page' ORDER BY page_no;

-- name: serve_users*!
-- Who was served stands behind everybody else with as much running.
UPDATE "user" SET last_turn = :turn, credit = :credit WHERE id = :user_id;

-- name: serve_lanes*!
-- Before that it holds the turn at which it was opened, below zero.
UPDATE lane SET last_turn = :turn WHERE pool = :pool AND user_id = :user_id;

-- name: set_turn(turn, pool)!
-- The clock of all pools: it ticks with every task that is handed out, and the pool that was served
-- last has the time.
UPDATE pool SET turn = :turn WHERE name = :pool;

-- name: close_lanes*!
-- An empty lane goes, unless work came since it was looked at (`gen`).
DELETE FROM lane
WHERE pool = :pool AND user_id = :user_id AND gen = :gen
  AND NOT EXISTS (
    SELECT 1 FROM task WHERE state = 1 AND task.pool = :pool AND task.user_id = :user_id
  );
