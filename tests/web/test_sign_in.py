"""Signing in by a browser: a cookie in place of the header, and what guards it."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from web.knocking import house_with
from web_house import LiveHouse

PAGE = {"Accept": "text/html"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[LiveHouse]:
    with house_with(tmp_path) as live:
        yield live


@pytest.fixture
def browser(closed: LiveHouse) -> Iterator[httpx2.Client]:
    with closed.client() as client:
        client.headers.update(PAGE)
        yield client


def sign_in(browser: httpx2.Client, token: str, **form: str) -> httpx2.Response:
    return browser.post("/ui/sign-in", data={"token": token, **form}, headers=OWN)


def test_who_is_not_known_signs_in_and_comes_back_to_where_they_were(
    closed: LiveHouse, browser: httpx2.Client
) -> None:
    sent = browser.get("/ui/account?a=1")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/ui/sign-in?next=/ui/account%3Fa%3D1",
    )
    answer = sign_in(browser, closed.let_in("ann"), next="/ui/account?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/account?a=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age" not in cookie
    assert "ann" in browser.get("/ui/account").text
    assert browser.get("/v1/me").json()["id"] == "ann"


def test_a_part_of_a_page_leads_to_the_sign_in_too(browser: httpx2.Client) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://elsewhere/ui/jobs?state=failed"}
    answer = browser.get("/ui/account", headers=here)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/ui/sign-in?next=/ui/jobs%3Fstate%3Dfailed"


def test_a_token_that_is_no_good_is_told_on_the_page_and_kept_nowhere(
    browser: httpx2.Client,
) -> None:
    answer = sign_in(browser, "pm_" + "x" * 40)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text


def test_tokens_are_not_guessed_on_the_page_either(tmp_path: Path) -> None:
    with house_with(tmp_path, failed_logins_per_minute=3) as house, house.client() as browser:
        wrong = [sign_in(browser, f"pm_{number:040}").status_code for number in range(5)]
        assert wrong == [401, 401, 401, 429, 429]


def test_signing_in_leads_nowhere_else(closed: LiveHouse, browser: httpx2.Client) -> None:
    token = closed.let_in("ann")
    away = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    for way in [*away, "x", "", "/ui/sign-out"]:
        answer = sign_in(browser, token, next=way)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), way


def test_an_order_with_the_cookie_comes_from_a_page_of_ours(
    closed: LiveHouse, browser: httpx2.Client
) -> None:
    sign_in(browser, closed.let_in("ann"))
    own_origin = {"Origin": closed.url}
    for number, (said, status) in enumerate(
        [
            (OWN, 200),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
            ({"Sec-Fetch-Site": "none"}, 403),
            (own_origin, 200),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({}, 403),
        ]
    ):
        change = {"ocr_timeout_seconds": 10 + number}
        assert browser.patch("/v1/me/settings", json=change, headers=said).status_code == status
        now = browser.get("/v1/me/settings").json()["settings"]["ocr_timeout_seconds"]
        assert (now == 10 + number) == (status == 200), said


def test_signing_out_and_revoking_end_it(closed: LiveHouse, browser: httpx2.Client) -> None:
    sign_in(browser, closed.let_in("ann"))
    (token,) = browser.get("/v1/me/tokens").json()["tokens"]
    revoked = browser.delete(f"/v1/me/tokens/{token['id']}", headers=OWN)
    assert revoked.status_code == 204
    assert browser.get("/ui/account").headers["location"].startswith("/ui/sign-in")
    sign_in(browser, closed.let_in("bob"))
    assert browser.get("/ui/account").status_code == 200
    browser.post("/ui/sign-out", headers=OWN)
    assert browser.get("/ui/account").headers["location"].startswith("/ui/sign-in")


def test_an_open_house_looks_at_no_cookie(house: LiveHouse) -> None:
    with house.client() as browser:
        browser.cookies.set("pagemill_token", "pm_of_another_house_on_this_machine")
        assert browser.get("/v1/me").json()["id"] == "local"
        assert browser.get("/ui/account").status_code == 200


def test_who_may_only_look_is_offered_no_deeds(closed: LiveHouse, browser: httpx2.Client) -> None:
    sign_in(browser, closed.let_in("eve", scopes=["read"]))
    page = browser.get("/ui/account").text
    assert "data-make-token" not in page
    assert "Queue" not in page


def test_a_refusal_is_a_page_for_people_and_a_problem_for_programs(
    closed: LiveHouse, browser: httpx2.Client
) -> None:
    sign_in(browser, closed.let_in("ann"))
    shown = browser.get("/ui/nothing-here")
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "route_not_found" in shown.text
    told = browser.get("/ui/nothing-here", headers={"Accept": "application/json"})
    assert told.json()["code"] == "route_not_found"


def test_a_mistake_of_ours_is_a_page_too(house: LiveHouse) -> None:
    house.service.ledger.jobs = lambda *_: 1 / 0
    with house.client() as browser:
        shown = browser.get("/ui/jobs", headers=PAGE)
        assert (shown.status_code, shown.headers["content-type"][:9]) == (500, "text/html")
        assert "internal" in shown.text
        assert "division" not in shown.text
