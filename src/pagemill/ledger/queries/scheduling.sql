-- What is handed out and what is not.

-- name: list_stops()
-- What is stopped now, the oldest first.
SELECT scope, name, since_ms, by_user FROM stop ORDER BY since_ms, scope, name;

-- name: add_stop(scope, name, now_ms, by_user)!
-- From here on nothing of it is handed out. Nothing happens where it is stopped already, but when
-- somebody else stops a user who had stopped themselves: they cannot go on by themselves any more.
INSERT INTO stop (scope, name, since_ms, by_user) VALUES (:scope, :name, :now_ms, :by_user)
ON CONFLICT (scope, name) DO UPDATE SET by_user = excluded.by_user
WHERE stop.scope = 'user' AND stop.by_user = stop.name AND excluded.by_user <> stop.name;

-- name: drop_stop(scope, name, only_by)!
-- It is handed out again, if `only_by` ("": whoever) has stopped it. Its lanes are there still: a claim never looks into one that is stopped,
-- so never closes it.
DELETE FROM stop
WHERE scope = :scope AND name = :name AND (:only_by = '' OR by_user = :only_by);

-- name: list_pools()
-- Every pool with what runs, could run and waits in it.
SELECT pool.name, pool.max_running, pool.rests_until_ms, pool.trips,
  (SELECT count(*) FROM task WHERE state = 2 AND task.pool = pool.name) AS running,
  (SELECT count(*) FROM task WHERE state = 1 AND task.pool = pool.name) AS ready,
  (SELECT count(*) FROM task WHERE state = 4 AND task.pool = pool.name) AS waiting,
  (SELECT count(*) FROM stop WHERE scope = 'engine' AND stop.name = pool.name) AS is_stopped
FROM pool ORDER BY pool.name;

-- name: set_pool_limit(pool, max_running)!
-- What an operator lets run at once in a pool, which need not have had work yet.
INSERT INTO pool (name, max_running) VALUES (:pool, :max_running)
ON CONFLICT (name) DO UPDATE SET max_running = excluded.max_running;

-- name: count_running()$
-- Tasks in work.
SELECT count(*) FROM task WHERE state = 2;

-- name: count_running_of_user(user_id)$
-- A user's tasks in work.
SELECT count(*) FROM task WHERE state = 2 AND user_id = :user_id;

-- name: count_running_in_pool(pool)$
-- A pool's tasks in work.
SELECT count(*) FROM task WHERE state = 2 AND pool = :pool;

-- name: list_running(user_id, pool, limit)
-- Tasks in work, of one user or pool where one is named.
SELECT job_id, user_id, kind, page_no, pool, attempt, owner FROM task
WHERE state = 2 AND (:user_id = '' OR user_id = :user_id) AND (:pool = '' OR pool = :pool)
ORDER BY id LIMIT :limit;
