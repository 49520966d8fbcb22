"""The gate: who is let in, and with what rights."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from structlog.testing import capture_logs

from pagemill.model.people import Role
from web.addresses import WEBSOCKET, Operation, operations
from web.knocking import ask_socket, house_with, knock, sent
from web_house import LiveHouse

OPEN = {"/docs", "/openapi.json", "/health", "/ready"}
FAR = 400 * 86_400  # seconds


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[LiveHouse]:
    with house_with(tmp_path) as live:
        yield live


# An open house.


def test_an_open_house_takes_whoever_comes_without_a_token_for_the_local_user(
    house: LiveHouse, client: httpx2.Client
) -> None:
    me = client.get("/v1/me").json()
    assert (me["id"], me["role"], me["scopes"]) == ("local", "admin", ["admin", "read", "write"])
    assert house.submit()["user"] == "local"


def test_an_open_house_looks_at_a_token_that_is_sent(house: LiveHouse) -> None:
    with house.client(house.let_in("ann", scopes=["read"])) as client:
        me = client.get("/v1/me").json()
        assert (me["id"], me["scopes"]) == ("ann", ["read"])
        assert client.post("/v1/queue/requeue-failed").status_code == 403
    with house.client("pm_" + "x" * 43) as client:
        assert client.get("/v1/me").status_code == 401


# Tokens that let nobody in.


def _let_in(house: LiveHouse, change: Callable[[LiveHouse, str], object]) -> str:
    text = house.let_in("ann", days=1)
    change(house, text)
    return f"Bearer {text}"


def _expire(house: LiveHouse, _: str) -> None:
    now_ms = house.service.clock.now_ms() + 1000 * FAR
    object.__setattr__(house.office, "clock", SimpleNamespace(now_ms=lambda: now_ms))


def _revoke(house: LiveHouse, text: str) -> None:
    house.office.revoke_token(text[:11], "ann")


def _deactivate(house: LiveHouse, _: str) -> None:
    house.office.change_user(replace(house.office.user("ann"), is_active=False))


REFUSED: dict[str, tuple[str, Callable[[LiveHouse], str]]] = {
    "wrong": ("token_invalid", lambda _: "Bearer pm_" + "x" * 43),
    "cut short": ("token_invalid", lambda house: _let_in(house, lambda *_: None)[:-1]),
    "malformed": ("token_invalid", lambda _: "Bearer a b"),
    "of another kind": ("token_invalid", lambda _: "Basic YW5uOnBhc3N3b3Jk"),
    "endless": ("token_invalid", lambda _: "Bearer " + "x" * 5000),
    "expired": ("token_expired", lambda house: _let_in(house, _expire)),
    "revoked": ("token_revoked", lambda house: _let_in(house, _revoke)),
    "of somebody who is out": ("token_revoked", lambda house: _let_in(house, _deactivate)),
}
DOORS = [
    Operation("GET", "/v1/me", ()),
    Operation("HEAD", "/v1/jobs/{ref}/document", ("ref",)),
    Operation("POST", "/v1/jobs", ()),
    Operation("DELETE", "/v1/jobs/{ref}", ("ref",)),
    Operation("GET", "/v1/jobs/{ref}/events", ("ref",)),
    Operation(WEBSOCKET, "/v1/jobs/{ref}/ws", ("ref",)),
    Operation(WEBSOCKET, "/ws/conversion/{conversion_id}", ("conversion_id",)),
    Operation("GET", "/nothing", ()),
]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("why", REFUSED)
def test_a_token_that_is_no_good_opens_no_door(tmp_path: Path, why: str, is_open: bool) -> None:
    code, header_of = REFUSED[why]
    with house_with(tmp_path, is_open=is_open) as house:
        header = header_of(house)
        for door in DOORS:
            status, headers, said = knock(house, door, header)
            assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="pagemill"'), door
            assert said == code or door.method == "HEAD"
            assert headers["content-type"] == "application/problem+json"


# Tokens are required.


def test_without_a_token_every_door_is_shut_but_those_for_anybody(closed: LiveHouse) -> None:
    every = operations(closed.server.config.app)
    assert {op.path for op in every} > OPEN - {"/docs", "/openapi.json"}
    for operation in every:
        status, headers, code = knock(closed, operation, None)
        if operation.path in OPEN:
            assert status == 200, operation
            continue
        assert (status, code) == (401, "token_required") or operation.method == "HEAD", operation
        assert headers["www-authenticate"] == 'Bearer realm="pagemill"'


@pytest.mark.parametrize(
    "path", sorted(OPEN | {"/static/app.js", "/static/style.css", "/ui/sign-in"})
)
def test_pages_and_health_are_for_anybody(closed: LiveHouse, path: str) -> None:
    with closed.client() as client:
        assert client.get(path).status_code == 200
    with closed.client("pm_" + "x" * 43) as client:
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "//v1/jobs",
        "/static",
        "/static/../v1/jobs",
        "/static/%2e%2e/v1/jobs",
        "/static/..%2fv1%2fjobs",
        "/static//v1/jobs",
        "/v1/jobs/1/outputs/static/a",
        "/v1/jobs/1/outputs//static/a",
        "/health/../v1/jobs",
        "/health/",
        "/HEALTH",
        "/docs/",
        "/v1/jobs?/static/",
        "/v1/jobs#/static/",
        "/v1/jobs;/static/",
        "http://127.0.0.1/v1/jobs",
    ],
)
def test_no_way_of_writing_an_address_leads_past_the_gate(closed: LiveHouse, path: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", closed.web_port, timeout=30)) as raw:
        raw.putrequest("GET", path)
        raw.endheaders()
        answer = raw.getresponse()
        body = json.loads(answer.read())
    assert (answer.status, body["code"]) in {(401, "token_required"), (404, "route_not_found")}


def test_a_browser_may_ask_beforehand_without_a_token(tmp_path: Path) -> None:
    app = "https://app.example"
    headers = {
        "Origin": app,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    with house_with(tmp_path, cors_origins=(app,)) as house, house.client() as client:
        answer = client.options("/v1/jobs", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == app
        refused = client.get("/v1/jobs", headers={"Origin": app})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, app)


# Rights.


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.READ_ONLY, []), (Role.USER, ["read"]), (Role.ADMIN, ["read"])],
)
def test_who_may_only_read_changes_nothing_by_any_route(
    closed: LiveHouse, role: Role, scopes: list[str]
) -> None:
    job_id = sent(closed, closed.let_in("ann"))
    before = closed.service.ledger.job(job_id), closed.office.deeds(), closed.office.users()
    text = closed.let_in("looker", role, scopes=scopes)
    for operation in operations(closed.server.config.app):
        if operation.method in ("GET", "HEAD", WEBSOCKET):
            continue
        status, headers, code = knock(closed, operation, f"Bearer {text}")
        assert (status, code) == (403, "forbidden"), operation
        assert "www-authenticate" not in headers
    job, deeds, users = before
    assert closed.service.ledger.job(job_id) == job
    assert [deed for deed in closed.office.deeds() if deed.user_id != "local"] == [
        deed for deed in deeds if deed.user_id != "local"
    ]
    assert [user for user in closed.office.users() if user.id != "looker"] == users


def test_who_may_only_read_can_read_and_watch(closed: LiveHouse) -> None:
    job_id = sent(closed, closed.let_in("ann"))
    closed.worker.work_off()
    text = closed.let_in("ann", scopes=["read"])
    with closed.client(text) as client:
        for path in ("", "/pages", "/outputs/markdown", "/document", "/events"):
            assert client.get(f"/v1/jobs/{job_id}{path}").status_code == 200
    watching = Operation(WEBSOCKET, f"/v1/jobs/{job_id}/ws", ())
    assert knock(closed, watching, f"Bearer {text}")[0] == 101


def test_an_admins_token_without_that_right_is_no_admins(closed: LiveHouse) -> None:
    job_id = sent(closed, closed.let_in("ann"))
    with closed.client(closed.let_in("chief", Role.ADMIN, scopes=["read", "write"])) as client:
        for path in ("/v1/users", "/v1/jobs?user=*", "/v1/audit?user=*"):
            assert client.get(path).status_code == 403
        assert client.get(f"/v1/jobs/{job_id}").status_code == 404
    with closed.client(closed.let_in("chief")) as client:
        assert client.get(f"/v1/jobs/{job_id}").status_code == 200


# What the gate leaves as it is.


def test_whoever_is_let_in_is_answered_as_in_an_open_house(tmp_path: Path) -> None:
    answers = []
    for is_open in (True, False):
        folder = tmp_path / str(is_open)
        folder.mkdir()
        with house_with(folder, is_open=is_open) as house:
            text = house.let_in("ann")
            given = {"Idempotency-Key": "k", "Last-Event-ID": "3", "Range": "bytes=0-9"}
            with house.client(text) as client:
                ref = sent(house, text)
                house.worker.work_off()
                told = client.get(f"/v1/jobs/{ref}/events", headers=given)
                part = client.get(f"/v1/jobs/{ref}/outputs/markdown", headers=given)
            first = told.text.splitlines()[0]
            answers.append((first, part.status_code, part.content, sorted(part.headers)))
    assert answers[0] == answers[1]
    assert answers[0][:3] == ("id: 4", 206, b"Page 1 of ")


def test_refusals_carry_the_headers_of_every_answer(closed: LiveHouse) -> None:
    with closed.client() as client:
        refused, healthy = client.get("/v1/me"), client.get("/health")
    for name in ("x-content-type-options", "referrer-policy", "content-security-policy"):
        assert refused.headers[name] == healthy.headers[name]
    assert "www-authenticate" not in healthy.headers


# Secrets.


def test_the_text_of_a_token_is_in_no_list_and_no_log(
    closed: LiveHouse, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    texts = [closed.let_in("ann"), closed.let_in("chief", Role.ADMIN)]
    with capture_logs() as logs, closed.client(texts[1]) as chief:
        made = chief.post("/v1/users/ann/tokens", json={"name": "n"}).json()
        texts.append(made["token"])
        with closed.client(texts[2]) as ann:
            mine = ann.post("/v1/me/tokens", json={})
            texts.append(mine.json()["token"])
            assert ann.get("/v1/jobs/nothing").status_code == 404
            shown = [ann.get(path) for path in ("/v1/me", "/v1/me/tokens", "/v1/audit")]
        revoked = chief.delete(f"/v1/users/ann/tokens/{made['id']}")
        assert (mine.status_code, revoked.status_code) == (201, 204)
        with closed.client(texts[2]) as late:
            assert late.get("/v1/me").status_code == 401
        paths = ("/v1/users", "/v1/users/ann/tokens", "/v1/audit?user=*", "/metrics", "/v1/workers")
        shown += [chief.get(path) for path in paths]
    assert [answer.status_code for answer in shown] == [200] * 8
    assert made["id"] in shown[4].text
    everything = "".join(f"{answer.text}{answer.headers}" for answer in shown)
    everything += f"{logs}{capfd.readouterr()}{caplog.text}"
    assert len(set(texts)) == 4
    assert not [text for text in texts if text in everything or text[3:] in everything]


def test_a_tokens_text_is_shown_to_whoever_makes_it_and_never_again(closed: LiveHouse) -> None:
    with closed.client(closed.let_in("ann")) as client:
        made = client.post("/v1/me/tokens", json={"name": "second", "days": 2}).json()
        assert made["token"].startswith(made["id"])
        listed = client.get("/v1/me/tokens").json()["tokens"][1]
        assert listed == {**made, "token": None}
    with closed.client(made["token"]) as client:
        assert client.get("/v1/me").json()["id"] == "ann"


def test_a_refused_handshake_leaves_no_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house_with(tmp_path) as closed:
        assert ask_socket(closed, "/v1/jobs/none/ws", {})[0] == 401
    assert caplog.messages == []
