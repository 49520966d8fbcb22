-- Handing work out, where PostgreSQL says it in other words.

-- name: find_lanes(user_max_running, turn, absence, most, pools, limit)
-- As the shared one.
WITH busy AS (
  SELECT user_id, count(*) AS running FROM task WHERE state = 2 GROUP BY user_id
), open AS (
  SELECT * FROM lane
  WHERE pool = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:pools AS JSONB))))
), mine AS (
  SELECT user_id, max(last_turn) AS last_turn FROM open GROUP BY user_id
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
SELECT chosen.*, open.pool, open.gen, open.last_turn AS lane_turn
FROM chosen JOIN open ON open.user_id = chosen.user_id;

-- name: find_heads(lanes, limit)
-- The first ready tasks of each lane by rank. `lanes` is a JSON list of [pool, user id].
SELECT head.id, head.rank, head.pool, head.user_id
FROM jsonb_array_elements(CAST(:lanes AS JSONB)) AS lane
CROSS JOIN LATERAL (
  SELECT id, rank, pool, user_id FROM task
  WHERE state = 1 AND pool = lane ->> 0 AND user_id = lane ->> 1
  ORDER BY rank, id LIMIT :limit
) AS head;

-- name: find_works(ids)
-- As the shared one.
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
WHERE task.id = ANY (ARRAY(
  SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(:ids AS JSONB))
));
