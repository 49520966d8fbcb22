"""The gate counts: requests of a user, and refused tokens of an address."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from pagemill.model.people import UserLimits
from web.addresses import WEBSOCKET, Operation
from web.knocking import house_with, knock
from web_house import LiveHouse


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the time by which requests are counted."""
    moved = SimpleNamespace(seconds=0.0)

    def now() -> float:
        return time.time() + moved.seconds

    def move(seconds: float) -> None:
        moved.seconds += seconds

    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=now))
    monkeypatch.setattr("pagemill.web.auth.time", now)
    return move


# How often.


def test_a_user_who_asks_too_often_is_told_when_to_come_again(
    tmp_path: Path, wait: Callable[[float], None]
) -> None:
    with (
        house_with(tmp_path, UserLimits(requests_per_minute=3)) as house,
        house.client(house.let_in("ann")) as ann,
        house.client(house.let_in("bob")) as bob,
    ):
        assert [ann.get("/v1/me").status_code for _ in range(3)] == [200] * 3
        refused = ann.get("/v1/me")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert "3 requests a minute" in refused.json()["detail"]
        seconds = int(refused.headers["retry-after"])
        assert 1 <= seconds <= 60
        assert bob.get("/v1/me").status_code == 200
        wait(seconds)
        assert ann.get("/v1/me").status_code == 200


def test_all_tokens_of_a_user_count_together_and_so_do_sockets(tmp_path: Path) -> None:
    with house_with(tmp_path, UserLimits(requests_per_minute=3)) as house:
        texts = [house.let_in("ann"), house.let_in("ann", scopes=["read"])]
        watching = Operation(WEBSOCKET, "/v1/jobs/nothing/ws", ())
        looking = Operation("GET", "/v1/me", ())
        asked = [(looking, 0), (looking, 1), (watching, 0), (watching, 1), (looking, 0)]
        found = [knock(house, operation, f"Bearer {texts[n]}") for operation, n in asked]
        assert [status for status, _, _ in found] == [200, 200, 404, 429, 429]
        assert found[3][2] == "too_many_requests"
        assert found[3][1]["retry-after"]


@pytest.mark.parametrize(("own", "allowed"), [(None, 2), (5, 5), (1, 1), (0, 9)])
def test_a_users_own_limit_holds(tmp_path: Path, own: int | None, allowed: int) -> None:
    with house_with(tmp_path, UserLimits(requests_per_minute=2)) as house:
        text = house.let_in("ann")
        ann = house.office.user("ann")
        house.office.change_user(replace(ann, limits=UserLimits(requests_per_minute=own)))
        with house.client(text) as client:
            codes = [client.get("/v1/me").status_code for _ in range(9)]
        assert codes == [200] * allowed + [429] * (9 - allowed)


def test_what_is_for_anybody_is_not_counted(tmp_path: Path) -> None:
    with (
        house_with(tmp_path, UserLimits(requests_per_minute=1)) as house,
        house.client(house.let_in("ann")) as client,
    ):
        for path in ("/health", "/ready", "/ui/sign-in", "/static/app.js") * 3:
            assert client.get(path).status_code == 200
        assert client.get("/v1/me").status_code == 200


# Refused logins.


def from_address(house: LiveHouse, address: str, token: str) -> httpx2.Client:
    transport = httpx2.HTTPTransport(local_address=address)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=house.url, timeout=30, headers=headers, transport=transport)


def test_who_guesses_tokens_is_slowed_and_others_are_not(
    tmp_path: Path, wait: Callable[[float], None]
) -> None:
    with house_with(tmp_path, failed_logins_per_minute=3) as house:
        text = house.let_in("ann")
        with (
            from_address(house, "127.0.0.7", "pm_" + "x" * 43) as guesser,
            from_address(house, "127.0.0.7", text) as neighbour,
            from_address(house, "127.0.0.8", text) as ann,
        ):
            assert neighbour.get("/v1/me").status_code == 200
            assert [guesser.get("/v1/me").status_code for _ in range(3)] == [401] * 3
            for client in (guesser, neighbour):
                told = client.get("/v1/me")
                assert (told.status_code, told.json()["code"]) == (429, "too_many_logins")
                seconds = int(told.headers["retry-after"])
                assert 1 <= seconds <= 60
            assert ann.get("/v1/me").status_code == 200
            wait(seconds)
            assert neighbour.get("/v1/me").status_code == 200
            assert guesser.get("/v1/me").status_code == 401


def test_only_tokens_that_were_refused_count(tmp_path: Path) -> None:
    with (
        house_with(tmp_path, failed_logins_per_minute=1) as house,
        house.client() as nobody,
        house.client(house.let_in("ann")) as ann,
    ):
        assert [nobody.get("/v1/me").status_code for _ in range(5)] == [401] * 5
        assert [ann.get("/v1/me").status_code for _ in range(5)] == [200] * 5
        assert [ann.get("/v1/users").status_code for _ in range(5)] == [403] * 5
        assert ann.get("/v1/me").status_code == 200
