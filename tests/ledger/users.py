"""What any ledger knows of people: users, their tokens, and who did what."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.desk import BROKEN, Desk, document
from pagemill.errors import PagemillError
from pagemill.model.people import LOCAL, Caller, Role, Scope, Token, User, UserLimits
from pagemill.model.task import GiveUp
from pagemill.ports import PruneDates

ANN = User(
    "ann",
    Role.READ_ONLY,
    UserLimits(5, 10, 20, 3, 1.5, 7, 0),
    weight=2.5,
    max_running=4,
    page_seconds=30.5,
    is_automatic=False,
    is_active=False,
)
BY = Caller(User("ann"), frozenset(Scope), "pm_AbCdEfGh", "10.0.0.7")
DIGEST = "d" * 64


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PagemillError) as refused:
        act()
    return refused.value.code


def token(token_id: str = "pm_AbCdEfGh", user_id: str = "local", **more: object) -> Token:
    given = {"name": "laptop", "scopes": (Scope.READ, Scope.WRITE), "created_ms": 1, **more}
    return Token(token_id, user_id, **given)  # type: ignore[arg-type]


class Users:
    def test_the_local_user_is_there_from_the_beginning_and_may_do_everything(
        self, desk: Desk
    ) -> None:
        assert [(user.id, user.role) for user in desk.people.users()] == [("local", Role.ADMIN)]

    def test_a_user_is_kept_as_they_were_added(self, desk: Desk) -> None:
        added = desk.people.add_user(ANN, LOCAL)
        assert added == replace(ANN, created_ms=desk.clock.now_ms())
        assert desk.people.user("ann") == added
        assert desk.people.users() == [added, desk.people.user("local")]

    def test_a_name_is_given_once(self, desk: Desk) -> None:
        added = desk.people.add_user(ANN, LOCAL)
        assert refusal(lambda: desk.people.add_user(User("ann"), LOCAL)) == "user_exists"
        assert desk.people.user("ann") == added

    def test_everything_of_a_user_changes_but_name_and_age(self, desk: Desk) -> None:
        added = desk.people.add_user(ANN, LOCAL)
        desk.clock.advance(60)
        changed = desk.people.change_user(User("ann"), LOCAL)
        assert changed == User("ann", created_ms=added.created_ms)
        assert desk.people.user("ann") == changed

    def test_who_is_not_there_is_not_found(self, desk: Desk) -> None:
        assert refusal(lambda: desk.people.user("nobody")) == "user_not_found"
        assert refusal(lambda: desk.people.change_user(User("nobody"), LOCAL)) == "user_not_found"
        assert len(desk.people.users()) == 1

    def test_whoever_sends_a_job_is_written_down_with_no_more_rights_than_others(
        self, desk: Desk
    ) -> None:
        desk.submit(user_id="eve")
        assert desk.people.user("eve") == User("eve", created_ms=desk.clock.now_ms())

    def test_the_time_a_user_sets_for_pages_comes_with_the_work(self, desk: Desk) -> None:
        desk.submit(user_id="ann")
        assert desk.next().page_seconds is None
        desk.people.change_user(User("ann", page_seconds=7.5), LOCAL)
        desk.submit(user_id="ann", of="b")
        assert desk.next().page_seconds == 7.5

    def test_weight_and_most_running_hold_from_the_next_claim_on(self, desk: Desk) -> None:
        desk.begin(9, user_id="ann")
        desk.people.change_user(User("ann", max_running=2), LOCAL)
        assert len(desk.claim(9)) == 2


class Tokens:
    def test_a_token_is_found_by_its_digest_with_its_user_as_they_are_now(self, desk: Desk) -> None:
        desk.people.add_user(ANN, LOCAL)
        made = token(user_id="ann", expires_ms=99)
        desk.people.add_token(made, DIGEST, LOCAL)
        assert desk.people.find_token(DIGEST) == (made, desk.people.user("ann"))
        changed = desk.people.change_user(replace(ANN, is_active=True), LOCAL)
        assert desk.people.find_token(DIGEST) == (made, changed)
        assert desk.people.find_token("e" * 64) is None

    def test_tokens_are_listed_oldest_first_and_ended_ones_too(self, desk: Desk) -> None:
        ids = ["pm_b", "pm_c", "pm_a"]
        for n, token_id in enumerate(ids):
            desk.people.add_token(token(token_id, created_ms=n), f"{n}", LOCAL)
        desk.people.revoke_token("pm_c", "local", LOCAL)
        assert [one.id for one in desk.people.tokens("local")] == ids
        assert desk.people.tokens("ann") == []

    @pytest.mark.parametrize(("token_id", "digest"), [("pm_other", DIGEST), ("pm_AbCdEfGh", "e")])
    def test_no_two_tokens_look_alike_or_are_alike(
        self, desk: Desk, token_id: str, digest: str
    ) -> None:
        desk.people.add_token(token(), DIGEST, LOCAL)
        desk.people.revoke_token("pm_AbCdEfGh", "local", LOCAL)
        again = lambda: desk.people.add_token(token(token_id), digest, LOCAL)  # noqa: E731
        assert refusal(again) == "token_exists"
        assert len(desk.people.tokens("local")) == 1

    def test_a_revoked_token_was_revoked_the_first_time(self, desk: Desk) -> None:
        desk.people.add_token(token(), DIGEST, LOCAL)
        since_ms = desk.clock.now_ms()
        for _ in range(2):
            desk.people.revoke_token("pm_AbCdEfGh", "local", LOCAL)
            desk.clock.advance(60)
        found = desk.people.find_token(DIGEST)
        assert found is not None
        assert found[0].revoked_ms == since_ms

    @pytest.mark.parametrize("whose", [("pm_AbCdEfGh", "ann"), ("pm_nothing", "local")])
    def test_a_token_of_somebody_else_is_not_found(
        self, desk: Desk, whose: tuple[str, str]
    ) -> None:
        desk.people.add_token(token(), DIGEST, LOCAL)
        revoke = lambda: desk.people.revoke_token(*whose, LOCAL)  # noqa: E731
        assert refusal(revoke) == "token_not_found"
        assert desk.people.tokens("local") == [token()]

    def test_it_is_noted_when_a_token_was_used_last(self, desk: Desk) -> None:
        desk.people.add_token(token(), DIGEST, LOCAL)
        desk.clock.advance(5)
        desk.people.touch_token("pm_AbCdEfGh")
        assert desk.people.tokens("local")[0].used_ms == desk.clock.now_ms()

    def test_somebody_can_come_in_while_there_is_a_token_in_force(self, desk: Desk) -> None:
        desk.people.add_user(User("ann"), LOCAL)
        assert not desk.people.has_tokens()
        expires_ms = desk.clock.now_ms() + 1000
        desk.people.add_token(token(user_id="ann", expires_ms=expires_ms), DIGEST, LOCAL)
        assert desk.people.has_tokens()
        desk.clock.advance(1)
        assert not desk.people.has_tokens()
        desk.people.add_token(token("pm_2", "ann"), "2", LOCAL)
        assert desk.people.has_tokens()
        desk.people.change_user(User("ann", is_active=False), LOCAL)
        assert not desk.people.has_tokens()
        desk.people.change_user(User("ann"), LOCAL)
        desk.people.revoke_token("pm_2", "ann", LOCAL)
        assert not desk.people.has_tokens()


def _failed(desk: Desk) -> str:
    job = desk.begin(1)
    desk.read(1, GiveUp(BROKEN))
    return job.id


def _paused(desk: Desk) -> str:
    return desk.ledger.pause(desk.submit().id).id


def _added(desk: Desk) -> str:
    desk.people.add_token(token(), DIGEST, LOCAL)
    return "pm_AbCdEfGh"


# What is done, what it needs, and how it is done to that.
ORDERS: dict[str, tuple[Callable[[Desk], str], Callable[[Desk, str], object]]] = {
    "job.submit": (
        lambda _: "new",
        lambda desk, ref: desk.ledger.submit(replace(desk.new(), id=ref, by=BY)),
    ),
    "upload.add": (
        lambda _: "upload",
        lambda desk, ref: desk.ledger.keep_upload(ref, document(), "a.pdf", BY),
    ),
    "job.cancel": (lambda desk: desk.submit().id, lambda desk, ref: desk.ledger.cancel(ref, BY)),
    "job.pause": (lambda desk: desk.submit().id, lambda desk, ref: desk.ledger.pause(ref, BY)),
    "job.resume": (_paused, lambda desk, ref: desk.ledger.resume(ref, BY)),
    "job.retry": (_failed, lambda desk, ref: desk.ledger.retry(ref, by=BY)),
    "job.reprioritise": (
        lambda desk: desk.submit().id,
        lambda desk, ref: desk.ledger.set_priority(ref, 3, BY),
    ),
    "job.delete": (lambda desk: desk.submit().id, lambda desk, ref: desk.ledger.delete(ref, BY)),
    "user.add": (lambda _: "bob", lambda desk, ref: desk.people.add_user(User(ref), BY)),
    "user.set": (lambda _: "local", lambda desk, ref: desk.people.change_user(User(ref), BY)),
    "token.add": (
        lambda _: "pm_AbCdEfGh",
        lambda desk, ref: desk.people.add_token(token(ref), DIGEST, BY),
    ),
    "token.revoke": (_added, lambda desk, ref: desk.people.revoke_token(ref, "local", BY)),
}

# Orders that come to nothing, however far they came.
REFUSED: dict[str, Callable[[Desk], object]] = {
    "cancel an ended job": lambda desk: desk.ledger.cancel(desk.complete(1).id, BY),
    "pause a paused job": lambda desk: desk.ledger.pause(_paused(desk), BY),
    "resume a queued job": lambda desk: desk.ledger.resume(desk.submit().id, BY),
    "retry where nothing failed": lambda desk: desk.ledger.retry(desk.complete(1).id, by=BY),
    "a priority out of range": lambda desk: desk.ledger.set_priority(desk.submit().id, 11, BY),
    "delete nothing": lambda desk: desk.ledger.delete("nothing", BY),
    "submit with a bad priority": lambda desk: desk.ledger.submit(
        replace(desk.new(priority=11), by=BY)
    ),
    "add a user again": lambda desk: desk.people.add_user(User("local"), BY),
    "change nobody": lambda desk: desk.people.change_user(User("nobody"), BY),
    "revoke nothing": lambda desk: desk.people.revoke_token("nothing", "local", BY),
    "add a token again": lambda desk: [
        desk.people.add_token(token(by), DIGEST, LOCAL if by == "pm_1" else BY)
        for by in ("pm_1", "pm_2")
    ],
}


class Audit:
    @pytest.mark.parametrize("action", ORDERS)
    def test_every_order_leaves_a_line(self, desk: Desk, action: str) -> None:
        prepare, order = ORDERS[action]
        target = prepare(desk)
        before = desk.people.deeds()
        desk.clock.advance(1)
        order(desk, target)
        deed, *others = desk.people.deeds()
        assert others == before
        assert (deed.action, deed.target, deed.at_ms) == (action, target, desk.clock.now_ms())
        assert (deed.user_id, deed.token_id, deed.address) == ("ann", "pm_AbCdEfGh", "10.0.0.7")

    @pytest.mark.parametrize("what", REFUSED)
    def test_what_came_to_nothing_leaves_no_line(self, desk: Desk, what: str) -> None:
        assert refusal(lambda: REFUSED[what](desk))
        assert desk.people.deeds("ann") == []

    def test_the_same_request_again_is_no_deed(self, desk: Desk) -> None:
        desk.submit(key="k", user_id="ann")
        desk.submit(key="k", user_id="ann")
        desk.ledger.keep_upload("u", document(), "a.pdf", BY)
        assert not desk.ledger.keep_upload("u", document(), "a.pdf", BY)
        assert [deed.action for deed in desk.people.deeds("ann")] == ["upload.add", "job.submit"]

    def test_what_changed_of_a_user_is_told_and_a_password_never(self, desk: Desk) -> None:
        desk.people.add_user(ANN, LOCAL)
        (deed,) = desk.people.deeds()
        for told in ("role=read-only", '"pages_per_day":10', "weight=2.5", "is_active=False"):
            assert told in deed.detail
        desk.people.change_user(replace(ANN, is_active=True), LOCAL)
        assert desk.people.deeds()[0].detail == "is_active=True"
        job = desk.begin(1, password="s3cret")
        desk.read(1, GiveUp(BROKEN))
        desk.ledger.retry(job.id, password="s3cret2")
        assert "s3cret" not in repr(desk.people.deeds())

    def test_lines_are_read_newest_first_by_anybody_or_one_user_and_page_by_page(
        self, desk: Desk
    ) -> None:
        for n in range(6):
            desk.submit(user_id=("ann", "bob")[n % 2], of=f"{n}")
        every = desk.people.deeds()
        assert [deed.id for deed in every] == sorted((d.id for d in every), reverse=True)
        assert len({deed.id for deed in every}) == 6
        assert desk.people.deeds("ann") == [deed for deed in every if deed.user_id == "ann"]
        first = desk.people.deeds("bob", limit=2)
        rest = desk.people.deeds("bob", before=first[-1].id, limit=2)
        assert [*first, *rest] == desk.people.deeds("bob")

    def test_lines_outlive_what_they_tell_of_until_they_are_old(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.delete(job.id)
        desk.clock.advance(60)
        desk.submit()
        assert [deed.target for deed in desk.people.deeds()][1:] == [job.id, job.id]
        now_ms = desk.clock.now_ms()
        desk.ledger.prune(PruneDates(events_ms=0, audit_ms=now_ms))
        assert [deed.at_ms for deed in desk.people.deeds()] == [now_ms]

    def test_odd_file_names_do_not_stop_the_log(self, desk: Desk) -> None:
        desk.submit(filename="a\udce4\x00b.pdf")
        assert desk.people.deeds()[0].detail == "a?\ufffdb.pdf"
