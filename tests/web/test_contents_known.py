"""What a server says it has already, to those who are about to send many files."""

from hashlib import sha256

import pytest

from pagemill.client import Client
from pagemill.errors import PagemillError
from pagemill.service import ingest_key
from web_house import LiveHouse, open_service, serving

NONE = "0" * 64


@pytest.fixture
def mill(house: LiveHouse):
    with Client(house.url) as mill:
        yield mill


def ingest(mill: Client, house: LiveHouse, **options: object) -> str:
    """As `pagemill ingest` sends it; the id of the job."""
    digest = sha256(house.pdf).hexdigest()
    key = ingest_key(digest, mill.known((), options).options)
    return mill.submit(
        house.pdf, filename="a.pdf", options=options, idempotency_key=key, sha256=digest
    ).id


def test_what_was_sent_is_known_and_nothing_else(house: LiveHouse, mill: Client) -> None:
    digest = sha256(house.pdf).hexdigest()
    assert mill.known([digest, NONE]).jobs == {}
    job = ingest(mill, house)
    assert mill.known([digest, NONE]).jobs == {digest: job}


def test_other_options_are_another_job(house: LiveHouse, mill: Client) -> None:
    digest = sha256(house.pdf).hexdigest()
    job = ingest(mill, house)
    assert mill.known([digest], {"engine": "text"}).jobs == {}
    other = ingest(mill, house, engine="text")
    assert other != job
    assert mill.known([digest], {"engine": "text"}).jobs == {digest: other}
    # Said otherwise, but the same.
    assert mill.known([digest], {"outputs": "markdown"}).jobs == {digest: job}


def test_options_are_looked_at_before_anything_is_sent(mill: Client) -> None:
    with pytest.raises(PagemillError) as refused:
        mill.known((), {"engine": "magic"})
    assert refused.value.code == "invalid_options"


@pytest.mark.parametrize("contents", [["abc"], [NONE.replace("0", "G")], [NONE] * 1001])
def test_what_is_no_digest_is_refused(house: LiveHouse, contents: list[str]) -> None:
    with house.client() as client:
        refused = client.post("/v1/ingest/known", json={"contents": contents})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


def test_contents_of_others_are_as_unknown_as_any(house: LiveHouse) -> None:
    digest = sha256(house.pdf).hexdigest()
    with (
        Client(house.url, token=house.let_in("ann")) as ann,
        Client(house.url, token=house.let_in("bob")) as bob,
    ):
        ingest(ann, house)
        assert bob.known([digest]).jobs == bob.known([NONE]).jobs == {}
        assert ann.known([digest]).jobs.keys() == {digest}
        assert bob.known(()).place != ann.known(()).place


def test_the_place_changes_with_the_ledger_and_not_with_a_restart(tmp_path) -> None:
    places = []
    for folder in ("a", "a", "b"):
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        service = open_service(root)
        with serving(service, root) as house, Client(house.url) as mill:
            places.append(mill.known(()).place)
        service.ledger.close()
    assert places[0] == places[1] != places[2]


def test_whoever_may_only_read_may_not_ask(house: LiveHouse) -> None:
    token = house.let_in("eve", scopes=["read"])
    with house.client(token) as client:
        refused = client.post("/v1/ingest/known", json={})
    assert refused.status_code == 403
