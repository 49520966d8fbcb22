"""Who may do what, as tables: scopes, names, tokens, limits."""

import hashlib
import secrets
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill import access
from pagemill.errors import PagemillError
from pagemill.model.people import LOCAL, SYSTEM, Caller, Role, Scope, Token, User, UserLimits

READ, WRITE, ADMIN = Scope.READ, Scope.WRITE, Scope.ADMIN
SCOPES = {Role.ADMIN: {READ, WRITE, ADMIN}, Role.USER: {READ, WRITE}, Role.READ_ONLY: {READ}}
LIMITS = st.builds(
    UserLimits,
    **{one.name: st.none() | st.integers(0, 9) for one in fields(UserLimits)},
)


def token(*scopes: Scope, **more: int | None) -> Token:
    return Token("pm_AbCdEfGh", "ann", "", scopes, 0, **more)


def refusal(act, *given) -> str:
    with pytest.raises(PagemillError) as refused:
        act(*given)
    return refused.value.code


@pytest.mark.parametrize("role", Role)
def test_a_user_may_do_what_the_role_allows(role: Role) -> None:
    assert access.scopes_of(User("ann", role)) == SCOPES[role]


@pytest.mark.parametrize("role", Role)
@given(scopes=st.sets(st.sampled_from(Scope)))
def test_a_token_never_allows_more_than_it_says_nor_than_the_role(
    role: Role, scopes: set[Scope]
) -> None:
    assert access.scopes_of(User("ann", role), token(*scopes)) == scopes & SCOPES[role]


@pytest.mark.parametrize("role", Role)
@given(scopes=st.sets(st.sampled_from(Scope), min_size=1))
def test_a_token_is_made_with_scopes_that_the_role_has(role: Role, scopes: set[Scope]) -> None:
    user = User("ann", role)
    if scopes <= SCOPES[role]:
        assert set(access.check_scopes(user, [scope.value for scope in scopes])) == scopes
    else:
        assert refusal(access.check_scopes, user, scopes) == "invalid_options"


@pytest.mark.parametrize("role", Role)
def test_a_token_without_scopes_named_has_all_of_the_role(role: Role) -> None:
    assert set(access.check_scopes(User("ann", role), [])) == SCOPES[role]


def test_scopes_nobody_has_heard_of_are_named() -> None:
    with pytest.raises(PagemillError, match="'root'") as refused:
        access.check_scopes(User("ann"), ["read", "root"])
    assert "read, write" in refused.value.hint


def test_scopes_are_kept_once_and_in_order() -> None:
    assert access.check_scopes(User("ann"), ["write", "read", "write"]) == (READ, WRITE)


@pytest.mark.parametrize("name", ["a", "0", "ann.bob_c-d@example.org", "a" * 64, "local"])
def test_names_of_users(name: str) -> None:
    assert access.check_user_id(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "A", "a b", "a/b", ".a", "-a", "_a", "@a", "a" * 65, "ä", "a\n", "*", "system", "me"],
)
def test_no_other_names(name: str) -> None:
    assert refusal(access.check_user_id, name) == "invalid_options"


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("had", [(), (READ,), (READ, WRITE), tuple(Scope)])
def test_who_lacks_a_scope_is_refused(scope: Scope, had: tuple[Scope, ...]) -> None:
    caller = Caller(User("ann"), frozenset(had))
    if scope in had:
        access.require(caller, scope)
    else:
        assert refusal(access.require, caller, scope) == "forbidden"


def test_the_local_user_and_the_house_itself_may_do_everything_and_see_everybody() -> None:
    for caller in (LOCAL, SYSTEM):
        assert caller.scopes == set(Scope)
        assert caller.sees == ""


def test_others_see_their_own() -> None:
    assert Caller(User("ann", Role.USER), frozenset({READ, WRITE})).sees == "ann"
    assert Caller(User("ann", Role.ADMIN), frozenset({READ})).sees == "ann"


def test_tokens_are_long_and_only_their_beginning_and_digest_are_kept() -> None:
    text = access.new_token(secrets.token_urlsafe)
    assert access.bearer(f"Bearer {text}") == text
    assert len(text) == len("pm_") + 43
    assert text.startswith(access.prefix_of(text))
    assert len(access.prefix_of(text)) == 11
    assert access.digest_of(text) == hashlib.sha256(text.encode()).hexdigest()


def test_no_token_is_like_another() -> None:
    assert len({access.new_token(secrets.token_urlsafe) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic " + "a" * 40, "Token " + "a" * 40, "a" * 40, "Bearer\t" + "a"],
)
def test_headers_that_hold_no_token(header: str) -> None:
    assert refusal(access.bearer, header) == "token_invalid"


@pytest.mark.parametrize(
    ("given", "is_active", "code"),
    [
        ({}, True, ""),
        ({"expires_ms": 101}, True, ""),
        ({"expires_ms": 100}, True, "token_expired"),
        ({"expires_ms": 99}, True, "token_expired"),
        ({"revoked_ms": 500}, True, "token_revoked"),
        ({"revoked_ms": 1, "expires_ms": 1}, True, "token_revoked"),
        ({}, False, "token_revoked"),
    ],
)
def test_when_a_token_is_in_force(given: dict[str, int], is_active: bool, code: str) -> None:
    user = User("ann", is_active=is_active)
    if code:
        assert refusal(access.check_token, token(READ, **given), user, 100) == code
    else:
        access.check_token(token(READ, **given), user, 100)


@given(own=LIMITS, defaults=LIMITS)
def test_a_users_own_limits_hold_and_elsewhere_the_settings(
    own: UserLimits, defaults: UserLimits
) -> None:
    found = access.in_force(own, defaults)
    for one in fields(UserLimits):
        mine = getattr(own, one.name)
        expected = getattr(defaults, one.name) if mine is None else mine
        assert getattr(found, one.name) == expected


@pytest.mark.parametrize(
    ("bounds", "strictest"),
    [((), None), ((None, 0), None), ((5,), 5), ((5, None, 3, 0), 3), ((1, 1), 1)],
)
def test_the_strictest_of_some_bounds(bounds: tuple[int | None, ...], strictest: int) -> None:
    assert access.strictest(*bounds) == strictest


@given(st.integers(0, 2**45))
def test_whoever_waits_as_long_as_told_meets_the_next_day(now_ms: int) -> None:
    seconds = access.seconds_to_tomorrow(now_ms)
    assert access.day_of(now_ms + 1000 * seconds) == access.day_of(now_ms) + 1
    assert access.day_of(now_ms + 1000 * (seconds - 1)) - access.day_of(now_ms) in (0, 1)
    assert 1 <= seconds <= 86_401
