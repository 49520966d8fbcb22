-- How the queue stands and how fast it moves. Nothing here counts jobs or tasks: tallies and paces
-- are kept by whoever changes them.

-- name: count_jobs()
-- Jobs by state.
SELECT state, CAST(sum(jobs) AS BIGINT) AS jobs FROM job_tally WHERE jobs > 0 GROUP BY state;

-- name: count_pages()
-- Page tasks by engine and state.
SELECT engine, state, CAST(sum(pages) AS BIGINT) AS pages
FROM page_tally WHERE pages > 0 GROUP BY engine, state;

-- name: busiest_users(limit)
-- Those with most waiting first, then those with most in work. States of pages: 1 ready, 4 waiting,
-- 2 running.
SELECT user_id FROM (
  SELECT user_id, CASE WHEN state = 'queued' THEN jobs ELSE 0 END AS waits,
    CASE WHEN state = 'processing' THEN jobs ELSE 0 END AS works
  FROM job_tally WHERE jobs > 0
  UNION ALL
  SELECT user_id, CASE WHEN state IN (1, 4) THEN pages ELSE 0 END,
    CASE WHEN state = 2 THEN pages ELSE 0 END
  FROM page_tally WHERE pages > 0
) AS tallies
GROUP BY user_id ORDER BY sum(waits) DESC, sum(works) DESC, user_id LIMIT :limit;

-- name: count_jobs_of_user(user_id)
-- One user's jobs by state.
SELECT state, jobs FROM job_tally WHERE user_id = :user_id AND jobs > 0;

-- name: count_pages_of_user(user_id)
-- One user's page tasks by state.
SELECT state, CAST(sum(pages) AS BIGINT) AS pages
FROM page_tally WHERE user_id = :user_id AND pages > 0 GROUP BY state;

-- name: oldest_queued()
-- When the job that has waited longest was sent, of each user who has one: one look into the index
-- for each.
SELECT user_id, (
  SELECT min(created_ms) FROM job
  WHERE job.user_id = job_tally.user_id AND job.state = 'queued'
) AS created_ms FROM job_tally WHERE state = 'queued' AND jobs > 0;

-- name: engine_pools(now_ms)
-- Pools of engines with their limit, rest and stop; what is ready in them the tallies say.
SELECT name, max_running, trips, greatest(0, rests_until_ms - :now_ms) AS rests_ms,
  (SELECT count(*) FROM stop WHERE scope = 'engine' AND stop.name = pool.name) AS is_stopped
FROM pool WHERE name <> 'cpu';

-- name: add_paces*!
-- What a transaction has counted, into the minute of its time.
INSERT INTO pace (span_ms, since_ms, kind, engine, bucket, count, total_ms)
VALUES (60000, :since_ms, :kind, :engine, :bucket, :count, :total_ms)
ON CONFLICT (span_ms, since_ms, kind, engine, bucket)
DO UPDATE SET count = pace.count + excluded.count, total_ms = pace.total_ms + excluded.total_ms;

-- name: recent_paces(since_ms)
-- How many of each kind ended in every span since a moment, and the sum of their times.
SELECT span_ms, since_ms, kind, CAST(sum(count) AS BIGINT) AS count,
  CAST(sum(total_ms) AS BIGINT) AS total_ms
FROM pace WHERE span_ms IN (60000, 3600000) AND since_ms >= :since_ms
GROUP BY span_ms, since_ms, kind;

-- name: recent_times(since_ms)
-- Times by bucket in the minutes since a moment.
SELECT kind, engine, bucket, CAST(sum(count) AS BIGINT) AS count,
  CAST(sum(total_ms) AS BIGINT) AS total_ms
FROM pace WHERE span_ms = 60000 AND since_ms >= :since_ms AND kind IN ('run', 'wait')
GROUP BY kind, engine, bucket;

-- name: all_paces()
-- Everything that was ever counted: what is kept for good, and minutes that are not merged yet.
SELECT kind, engine, bucket, CAST(sum(count) AS BIGINT) AS count,
  CAST(sum(total_ms) AS BIGINT) AS total_ms
FROM pace WHERE span_ms IN (0, 60000)
GROUP BY kind, engine, bucket ORDER BY kind, engine, bucket;

-- name: keep_paces(before_ms)!
-- Minutes that began before a moment are counted for good.
INSERT INTO pace (span_ms, since_ms, kind, engine, bucket, count, total_ms)
SELECT 0, 0, kind, engine, bucket, sum(count), sum(total_ms)
FROM pace WHERE span_ms = 60000 AND since_ms < :before_ms
GROUP BY kind, engine, bucket
ON CONFLICT (span_ms, since_ms, kind, engine, bucket)
DO UPDATE SET count = pace.count + excluded.count, total_ms = pace.total_ms + excluded.total_ms;

-- name: add_hours(before_ms)!
-- The same minutes as hours, for throughput: how many of each kind, whatever the engine; times only
-- of waiting.
INSERT INTO pace (span_ms, since_ms, kind, engine, bucket, count, total_ms)
SELECT 3600000, since_ms / 3600000 * 3600000 AS beginning, kind, '',
  CASE WHEN kind = 'wait' THEN bucket ELSE 0 END AS place, sum(count), sum(total_ms)
FROM pace WHERE span_ms = 60000 AND since_ms < :before_ms
GROUP BY beginning, kind, place
ON CONFLICT (span_ms, since_ms, kind, engine, bucket)
DO UPDATE SET count = pace.count + excluded.count, total_ms = pace.total_ms + excluded.total_ms;

-- name: drop_paces(span_ms, before_ms)!
-- Minutes that were counted in, hours nobody looks back to.
DELETE FROM pace WHERE span_ms = :span_ms AND since_ms < :before_ms;

-- name: note_round(now_ms)!
-- Upkeep has come round.
INSERT INTO upkeep_round (id, at_ms) VALUES (1, :now_ms)
ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms;

-- name: find_chores(most)^
-- When upkeep last came round, and how many files and folders wait to be deleted, up to `most`.
SELECT (SELECT at_ms FROM upkeep_round) AS round_ms,
  (SELECT count(*) FROM (SELECT 1 FROM trash LIMIT :most) AS found) AS trash,
  (SELECT count(*) FROM stop WHERE scope = 'queue') AS is_stopped,
  (SELECT count(*) FROM stop WHERE scope = 'user') AS stopped_users;

-- name: find_day(day)^
-- Jobs completed on a day, and how long they had waited.
SELECT jobs, wait_ms FROM day_tally WHERE day = :day;

-- name: drop_days(day)!
-- Days nobody asks about.
DELETE FROM day_tally WHERE day < :day;

-- name: drop_silent_nodes(before_ms)!
-- Machines that fell silent long ago and hold nothing; one that wakes up writes itself down again.
DELETE FROM node WHERE seen_ms < :before_ms
  AND NOT EXISTS (
    SELECT 1 FROM task WHERE state = 2 AND task.owner = node.id || ':' || node.boot
  );

-- name: drop_job_tallies()!
-- What counts nothing says nothing.
DELETE FROM job_tally WHERE jobs = 0;

-- name: drop_page_tallies()!
-- What counts nothing says nothing.
DELETE FROM page_tally WHERE pages = 0;

-- name: rank_of(job_id)$
-- The place of a queued job in line; nothing when it is not queued.
SELECT rank FROM job WHERE id = :job_id AND state = 'queued';

-- name: ahead(rank, job_id, most)$
-- How many queued jobs stand before it, counted up to `most`.
SELECT count(*) FROM (
  SELECT 1 FROM job
  WHERE state = 'queued' AND (rank, id) < (:rank, :job_id) LIMIT :most
) AS before;

-- name: behind(rank, job_id, most)$
-- How many queued jobs stand behind it, counted up to `most`.
SELECT count(*) FROM (
  SELECT 1 FROM job
  WHERE state = 'queued' AND (rank, id) > (:rank, :job_id) LIMIT :most
) AS after;

-- name: nth_rank(nth)$
-- The rank of the job with so many before it.
SELECT rank FROM job WHERE state = 'queued' ORDER BY rank, id LIMIT 1 OFFSET :nth;

-- name: nth_last_rank(nth)$
-- The rank of the job with so many behind it.
SELECT rank FROM job WHERE state = 'queued' ORDER BY rank DESC, id DESC LIMIT 1 OFFSET :nth;
