"""The office: who comes in, what people set for themselves, what only admins may do."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from pagemill.access import digest_of
from pagemill.errors import PagemillError
from pagemill.model.people import LOCAL, Caller, Role, Scope, Token, User, UserLimits
from pagemill.service import MySettings, Office, SettingsChange
from pagemill.service.office import MAX_DAYS, TOUCH_MS
from pagemill.testing.clock import SettableClock
from web_house import open_office, open_service

DEFAULTS = UserLimits(requests_per_minute=60, pages_per_day=100)
ANN = Caller(User("ann"), frozenset({Scope.READ, Scope.WRITE}), "pm_AnnsToken", "10.0.0.7")
LOOKER = Caller(User("ann", Role.ADMIN), frozenset({Scope.READ}))
DAY_MS = 86_400_000


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def office(tmp_path: Path, clock: SettableClock) -> Iterator[Office]:
    """With a user, ann."""
    service = open_service(tmp_path, clock=clock)
    office = open_office(service, DEFAULTS)
    office.add_user(User("ann"))
    yield office
    service.ledger.close()


def refusal(act: Callable[..., object], *given: object, **named: object) -> str:
    with pytest.raises(PagemillError) as refused:
        act(*given, **named)
    return refused.value.code


# Coming in.


def test_whoever_sends_a_token_is_its_user_with_its_rights(office: Office) -> None:
    token, text = office.add_token("ann", "laptop", ["read"])
    caller = office.recognise(f"Bearer {text}", "10.0.0.7")
    assert caller == Caller(
        office.user("ann"), frozenset({Scope.READ}), token.id, address="10.0.0.7"
    )
    assert caller.sees == "ann"


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer pm_" + "x" * 43, "Bearer \u00e4"])
def test_no_other_header_lets_anybody_in(office: Office, header: str) -> None:
    office.add_token("ann")
    assert refusal(office.recognise, header) == "token_invalid"


def test_a_token_is_no_good_before_its_last_character(office: Office) -> None:
    _, text = office.add_token("ann")
    for wrong in (text[:-1], text + "x", text.swapcase(), text[:11], digest_of(text)):
        assert refusal(office.recognise, f"Bearer {wrong}") == "token_invalid"


def test_a_token_ends_at_its_date(office: Office, clock: SettableClock) -> None:
    _, text = office.add_token("ann", days=1)
    clock.advance(ms=DAY_MS - 1)
    office.recognise(f"Bearer {text}")
    clock.advance(ms=1)
    assert refusal(office.recognise, f"Bearer {text}") == "token_expired"


def test_a_revoked_token_lets_nobody_in(office: Office) -> None:
    token, text = office.add_token("ann")
    office.revoke_token(token.id, "ann")
    assert refusal(office.recognise, f"Bearer {text}") == "token_revoked"


def test_who_is_not_active_stays_out_until_they_are_again(office: Office) -> None:
    _, text = office.add_token("ann")
    ann = office.user("ann")
    office.change_user(replace(ann, is_active=False))
    assert refusal(office.recognise, f"Bearer {text}") == "token_revoked"
    office.change_user(ann)
    assert office.recognise(f"Bearer {text}").id == "ann"


def test_a_new_role_holds_for_tokens_that_are_there(office: Office) -> None:
    _, text = office.add_token("ann")
    office.change_user(User("ann", Role.READ_ONLY))
    assert office.recognise(f"Bearer {text}").scopes == {Scope.READ}
    office.change_user(User("ann", Role.ADMIN))
    assert office.recognise(f"Bearer {text}").scopes == {Scope.READ, Scope.WRITE}


def test_the_use_of_a_token_is_noted_once_in_a_while(office: Office, clock: SettableClock) -> None:
    token, text = office.add_token("ann")
    used = []
    for step_ms in (0, TOUCH_MS, 1, TOUCH_MS):
        clock.advance(ms=step_ms)
        office.recognise(f"Bearer {text}")
        used.append((office.tokens("ann")[0].used_ms or 0) - token.created_ms)
    assert used == [0, 0, TOUCH_MS + 1, TOUCH_MS + 1]


def test_a_ledger_that_takes_no_notes_keeps_nobody_out(tmp_path: Path) -> None:
    service = open_service(tmp_path)
    office = open_office(service)
    token, text = office.add_token("local")
    database = service.ledger._database
    database.close()
    database._busy_seconds, database._is_closed = 0.05, False
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with capture_logs() as logs:
            assert office.recognise(f"Bearer {text}").id == "local"
    assert [(log["event"], log["token"]) for log in logs] == [("token_use_not_noted", token.id)]
    assert text not in repr(logs)
    service.ledger.close()


# My own.


def test_the_settings_limits_hold_where_a_user_has_none(office: Office) -> None:
    user = User("ann", limits=UserLimits(pages_per_day=5, keep_jobs=0))
    assert office.limits_of(user) == UserLimits(60, 5, keep_jobs=0)


def test_what_i_have_not_set_is_as_the_house_has_it(office: Office) -> None:
    assert office.my_settings(ANN) == MySettings(1, 120.0, True)
    wider = replace(office, max_running=6, page_seconds=30.0, default_running=4)
    assert wider.my_settings(ANN) == MySettings(6, 30.0, True)
    unbounded = replace(office, default_running=4)
    assert unbounded.my_settings(ANN).concurrent_ocr_jobs == 4


def test_i_change_what_i_name_and_nothing_else(office: Office) -> None:
    given = User("ann", Role.USER, UserLimits(5), weight=2, max_running=3, page_seconds=9)
    before = office.change_user(given)
    assert office.change_my_settings(SettingsChange(), ANN) == MySettings(3, 9, True)
    assert office.user("ann") == before
    assert office.change_my_settings(SettingsChange(2), ANN) == MySettings(2, 9, True)
    assert office.change_my_settings(SettingsChange(None, 60.5, False), ANN) == MySettings(
        2, 60.5, False
    )
    changed = replace(before, max_running=2, page_seconds=60.5, is_automatic=False)
    assert office.user("ann") == changed


def test_my_changes_are_told_as_mine(office: Office) -> None:
    office.change_my_settings(SettingsChange(2), ANN)
    (deed,) = office.deeds("ann", who=ANN)
    assert (deed.action, deed.target, deed.token_id) == ("user.set", "ann", "pm_AnnsToken")
    assert deed.address == "10.0.0.7"


@pytest.mark.parametrize(
    "change",
    [
        SettingsChange(0),
        SettingsChange(5),
        SettingsChange(2, 0.5),
        SettingsChange(2, 600.1),
        SettingsChange(2, float("nan")),
        SettingsChange(2, float("inf")),
    ],
)
def test_nobody_gives_themselves_more_than_the_house_has(
    office: Office, change: SettingsChange
) -> None:
    small = replace(office, max_running=4)
    before = office.user("ann")
    assert refusal(small.change_my_settings, change, ANN) == "invalid_options"
    assert office.user("ann") == before


def test_up_to_what_the_house_has_everybody_may_go(office: Office) -> None:
    wide = replace(office, max_running=4, page_seconds=1000.0)
    assert wide.change_my_settings(SettingsChange(4, 1000.0), ANN) == MySettings(4, 1000.0, True)
    assert office.change_my_settings(SettingsChange(1024, 600.0), ANN).ocr_timeout_seconds == 600


# What only admins may do.

ADMINS_ONLY: dict[str, Callable[[Office, Caller, str], object]] = {
    "users": lambda office, who, _: office.users(who),
    "add_user": lambda office, who, name: office.add_user(User(name), who),
    "user": lambda office, who, name: office.user(name, who),
    "change_user": lambda office, who, name: office.change_user(User(name), who),
    "everybody's deeds": lambda office, who, _: office.deeds("", who=who),
    "others' deeds": lambda office, who, name: office.deeds(name, who=who),
    "others' tokens": lambda office, who, name: office.tokens(name, who),
    "a token for others": lambda office, who, name: office.add_token(name, who=who),
    "revoke others'": lambda office, who, name: office.revoke_token("pm_x", name, who),
}


@pytest.mark.parametrize("what", ADMINS_ONLY)
@pytest.mark.parametrize("who", [ANN, LOOKER], ids=["user", "admin who may only read"])
def test_others_are_refused_whether_what_they_name_exists_or_not(
    office: Office, what: str, who: Caller
) -> None:
    before = office.users(), office.deeds()
    for name in ("local", "bob", "No such name"):
        assert refusal(ADMINS_ONLY[what], office, who, name) == "forbidden"
    assert (office.users(), office.deeds()) == before


@pytest.mark.parametrize("name", ["system", "me", "", "A b", "x" * 65])
def test_a_user_is_given_a_name_that_fits_everywhere(office: Office, name: str) -> None:
    assert refusal(office.add_user, User(name)) == "invalid_options"


def test_users_are_added_once_changed_and_found(office: Office) -> None:
    bob = office.add_user(User("bob", Role.ADMIN, weight=2))
    assert refusal(office.add_user, User("bob")) == "user_exists"
    assert office.user("bob") == bob
    assert [user.id for user in office.users()] == ["ann", "bob", "local"]
    assert office.change_user(replace(bob, weight=3)).weight == 3
    assert refusal(office.user, "eve") == "user_not_found"
    assert refusal(office.change_user, User("eve")) == "user_not_found"


WRONG = [
    {"max_running": 0},
    {"max_running": 1025},
    {"page_seconds": 0},
    {"page_seconds": 86_401},
    {"page_seconds": float("nan")},
    {"weight": 0},
    {"weight": -1},
    {"weight": 101},
    {"weight": float("nan")},
    *({"limits": UserLimits(**{name: -1})} for name in UserLimits.__dataclass_fields__),
    *({"limits": UserLimits(**{name: 2**54})} for name in UserLimits.__dataclass_fields__),
    {"limits": UserLimits(keep_hours=float("nan"))},
    {"limits": UserLimits(keep_hours=float("inf"))},
]


@pytest.mark.parametrize("given", WRONG, ids=str)
def test_what_makes_no_sense_of_a_user_is_refused(office: Office, given: dict) -> None:
    before = office.user("ann")
    assert refusal(office.change_user, User("ann", **given)) == "invalid_options"
    assert refusal(office.add_user, User("bob", **given)) == "invalid_options"
    assert (office.user("ann"), len(office.users())) == (before, 2)


@pytest.mark.parametrize("limit", [0, 1, 2**53])
def test_any_limit_that_makes_sense_is_kept(office: Office, limit: int) -> None:
    limits = UserLimits(**dict.fromkeys(UserLimits.__dataclass_fields__, limit))
    assert office.change_user(User("ann", limits=limits)).limits == limits


def test_my_own_deeds_are_mine_to_read(office: Office) -> None:
    office.change_my_settings(SettingsChange(2), ANN)
    assert [deed.user_id for deed in office.deeds("ann", who=ANN)] == ["ann"]
    assert {deed.user_id for deed in office.deeds()} == {"ann", "local"}


# Tokens.


def test_the_text_of_a_token_is_shown_once_and_kept_nowhere(office: Office, tmp_path: Path) -> None:
    token, text = office.add_token("ann", "laptop", who=ANN)
    assert text.startswith(token.id)
    assert token == Token(
        token.id, "ann", "laptop", (Scope.READ, Scope.WRITE), token.created_ms, None
    )
    office.recognise(f"Bearer {text}")
    shown = repr((office.tokens("ann"), office.deeds(), office.users()))
    assert text not in shown
    assert digest_of(text) not in shown
    files = [path for path in tmp_path.iterdir() if path.name.startswith("ledger.db")]
    assert not any(text.encode() in path.read_bytes() for path in files)
    assert any(digest_of(text).encode() in path.read_bytes() for path in files)


def test_nobody_gives_a_token_more_rights_than_their_own(office: Office) -> None:
    reader = Caller(User("ann"), frozenset({Scope.READ}))
    for who, scopes in ((reader, ["write"]), (reader, []), (reader, ["read", "write"])):
        assert refusal(office.add_token, "ann", scopes=scopes, who=who) == "forbidden"
    assert refusal(office.add_token, "ann", scopes=["admin"], who=ANN) == "invalid_options"
    assert office.tokens("ann") == []
    made, _ = office.add_token("ann", scopes=["read"], who=reader)
    assert made.scopes == (Scope.READ,)


def test_an_admin_makes_and_ends_tokens_of_others(office: Office) -> None:
    made, text = office.add_token("ann", "from the office", who=LOCAL)
    assert (made.user_id, made.scopes) == ("ann", (Scope.READ, Scope.WRITE))
    assert office.recognise(f"Bearer {text}").id == "ann"
    office.revoke_token(made.id, "ann", LOCAL)
    assert refusal(office.recognise, f"Bearer {text}") == "token_revoked"
    assert refusal(office.add_token, "eve") == "user_not_found"
    assert refusal(office.tokens, "eve") == "user_not_found"


def test_i_end_my_own_tokens_and_no_others(office: Office) -> None:
    mine, _ = office.add_token("ann", who=ANN)
    other, _ = office.add_token("local")
    assert refusal(office.revoke_token, other.id, "ann", ANN) == "token_not_found"
    assert refusal(office.revoke_token, "pm_nothing", "ann", ANN) == "token_not_found"
    office.revoke_token(mine.id, "ann", ANN)
    assert [token.revoked_ms is not None for token in office.tokens("ann", ANN)] == [True]
    assert [token.revoked_ms for token in office.tokens("local")] == [None]


@pytest.mark.parametrize(
    "given",
    [
        {"days": -1},
        {"days": MAX_DAYS + 1},
        {"days": float("nan")},
        {"name": "x" * 101},
        {"scopes": ["root"]},
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(office: Office, given: dict) -> None:
    assert refusal(office.add_token, "ann", **given) == "invalid_options"
    assert office.tokens("ann") == []


def test_a_token_lasts_as_long_as_was_asked_for(office: Office, clock: SettableClock) -> None:
    assert office.add_token("ann", days=0)[0].expires_ms is None
    for days in (0.5, MAX_DAYS):
        token, _ = office.add_token("ann", days=days)
        assert token.expires_ms == clock.now_ms() + round(days * DAY_MS)


def test_a_token_makes_none_that_outlives_it(office: Office, clock: SettableClock) -> None:
    _, text = office.add_token("ann", days=2)
    caller = office.recognise(f"Bearer {text}")
    ends = [office.add_token("ann", days=days, who=caller)[0].expires_ms for days in (0, 1, 9)]
    day = clock.now_ms() + DAY_MS
    assert ends == [day + DAY_MS, day, day + DAY_MS]


def test_what_two_change_of_one_user_is_both_kept(office: Office) -> None:
    started, met = Event(), Event()

    def promote(user: User) -> User:
        started.set()
        met.wait(0.2)  # long enough for the other to read, were it let in
        return replace(user, role=Role.ADMIN)

    promoting = Thread(target=office.edit_user, args=("ann", promote))
    promoting.start()
    assert started.wait(30)
    office.change_my_settings(SettingsChange(concurrent_ocr_jobs=3), ANN)
    met.set()
    promoting.join()
    ann = office.user("ann")
    assert (ann.role, ann.max_running) == (Role.ADMIN, 3)
