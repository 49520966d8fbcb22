-- How the queue stood over time.

-- name: find_sample(since_ms)$
-- Whether somebody has looked in this minute.
SELECT looks FROM sample WHERE span_ms = 60000 AND since_ms = :since_ms;

-- name: add_sample(since_ms)!
-- What waits and runs now. The first look in a minute counts, whoever it is that looks. States of
-- pages: 1 ready, 4 waiting, 2 running.
INSERT INTO sample
  (span_ms, since_ms, looks, jobs_waiting, pages_waiting, pages_running, most_waiting)
SELECT 60000, :since_ms, 1, jobs, waiting, running, waiting FROM (
  SELECT
    (SELECT coalesce(sum(jobs), 0) FROM job_tally WHERE state = 'queued') AS jobs,
    (SELECT coalesce(sum(pages), 0) FROM page_tally WHERE state IN (1, 4)) AS waiting,
    (SELECT coalesce(sum(pages), 0) FROM page_tally WHERE state = 2) AS running
) AS now WHERE jobs >= 0
ON CONFLICT (span_ms, since_ms) DO NOTHING;

-- name: sampled(since_ms, step_ms)
-- All looks since a moment, by steps: sums, and the most pages that waited at once.
SELECT since_ms / :step_ms * :step_ms AS beginning, CAST(sum(looks) AS BIGINT) AS looks,
  CAST(sum(jobs_waiting) AS BIGINT) AS jobs_waiting,
  CAST(sum(pages_waiting) AS BIGINT) AS pages_waiting,
  CAST(sum(pages_running) AS BIGINT) AS pages_running, max(most_waiting) AS most_waiting
FROM sample WHERE since_ms >= :since_ms GROUP BY beginning;

-- name: paced(since_ms, step_ms)
-- What ended since a moment, by steps; times of waiting by bucket.
SELECT since_ms / :step_ms * :step_ms AS beginning, kind,
  CASE WHEN kind = 'wait' THEN bucket ELSE 0 END AS place,
  CAST(sum(count) AS BIGINT) AS count, CAST(sum(total_ms) AS BIGINT) AS total_ms
FROM pace WHERE span_ms IN (60000, 3600000) AND since_ms >= :since_ms
GROUP BY beginning, kind, place;

-- name: merge_samples(before_ms)!
-- Minutes before a moment as hours.
INSERT INTO sample
  (span_ms, since_ms, looks, jobs_waiting, pages_waiting, pages_running, most_waiting)
SELECT 3600000, since_ms / 3600000 * 3600000 AS beginning, sum(looks), sum(jobs_waiting),
  sum(pages_waiting), sum(pages_running), max(most_waiting)
FROM sample WHERE span_ms = 60000 AND since_ms < :before_ms GROUP BY beginning
ON CONFLICT (span_ms, since_ms) DO UPDATE SET
  looks = sample.looks + excluded.looks,
  jobs_waiting = sample.jobs_waiting + excluded.jobs_waiting,
  pages_waiting = sample.pages_waiting + excluded.pages_waiting,
  pages_running = sample.pages_running + excluded.pages_running,
  most_waiting = greatest(sample.most_waiting, excluded.most_waiting);

-- name: drop_samples(span_ms, before_ms)!
-- Minutes that were merged, hours nobody looks back to.
DELETE FROM sample WHERE span_ms = :span_ms AND since_ms < :before_ms;
