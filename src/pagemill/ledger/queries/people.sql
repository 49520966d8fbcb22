-- Users, tokens, and the log of who did what.

-- name: find_user(user_id)^
-- One user.
SELECT * FROM "user" WHERE id = :user_id;

-- name: list_users()
-- Everybody, by name.
SELECT * FROM "user" ORDER BY id;

-- name: insert_user(user_id, role, limits, weight, max_running, page_seconds, is_automatic, is_active, now_ms)!
-- Somebody new; nothing happens where the name is taken.
INSERT INTO "user" (
  id, role, limits, weight, max_running, page_seconds, is_automatic, is_active, created_ms
) VALUES (
  :user_id, :role, :limits, :weight, :max_running, :page_seconds, :is_automatic, :is_active, :now_ms
) ON CONFLICT (id) DO NOTHING;

-- name: update_user(role, limits, weight, max_running, page_seconds, is_automatic, is_active, user_id)!
-- A user as they shall be from now on.
UPDATE "user" SET role = :role, limits = :limits, weight = :weight, max_running = :max_running,
  page_seconds = :page_seconds, is_automatic = :is_automatic, is_active = :is_active
WHERE id = :user_id;

-- name: add_token(id, digest, user_id, name, scopes, created_ms, expires_ms)!
-- A token's digest, never its text; nothing happens where that is taken.
INSERT INTO token (id, digest, user_id, name, scopes, created_ms, expires_ms)
VALUES (:id, :digest, :user_id, :name, :scopes, :created_ms, :expires_ms)
ON CONFLICT DO NOTHING;

-- name: find_token(digest)^
-- The token with this digest, and its user.
SELECT "user".*, token.id AS token_id, token.name AS token_name, token.scopes AS token_scopes,
  token.created_ms AS token_created_ms, token.expires_ms, token.revoked_ms, token.used_ms
FROM token JOIN "user" ON "user".id = token.user_id WHERE token.digest = :digest;

-- name: list_tokens(user_id)
-- All tokens a user ever had, oldest first.
SELECT id AS token_id, user_id, name AS token_name, scopes AS token_scopes,
  created_ms AS token_created_ms, expires_ms, revoked_ms, used_ms
FROM token WHERE user_id = :user_id ORDER BY created_ms, id;

-- name: revoke_token(now_ms, id, user_id)!
-- For good; the first time counts.
UPDATE token SET revoked_ms = coalesce(revoked_ms, :now_ms)
WHERE id = :id AND user_id = :user_id;

-- name: touch_token(used_ms, id)!
-- When it was last seen, to the hour or so.
UPDATE token SET used_ms = :used_ms WHERE id = :id;

-- name: has_tokens(now_ms)$
-- Whether anybody could come in with a token now.
SELECT EXISTS (
  SELECT 1 FROM token JOIN "user" ON "user".id = token.user_id
  WHERE token.revoked_ms IS NULL AND coalesce(token.expires_ms, :now_ms + 1) > :now_ms
    AND "user".is_active = 1
);

-- name: add_deed(now_ms, user_id, token_id, address, action, target, detail)!
-- Who did what, in the transaction that did it.
INSERT INTO audit (at_ms, user_id, token_id, address, action, target, detail)
VALUES (:now_ms, :user_id, :token_id, :address, :action, :target, :detail);

-- name: list_deeds(before, user_id, limit)
-- Newest first, of one user or ("") everybody.
SELECT * FROM audit
WHERE id < :before AND (:user_id = '' OR user_id = :user_id) ORDER BY id DESC LIMIT :limit;

-- name: prune_deeds(before_ms)!
-- The log is kept as long as the settings say.
DELETE FROM audit WHERE at_ms < :before_ms;
