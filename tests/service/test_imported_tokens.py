"""Tokens that clients of another system have already are taken over as they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.access import bearer, digest_of
from pagemill.errors import PagemillError
from pagemill.service import Office
from web_house import open_office, open_service

TEXT = "sk-prod.7f3a~9+/client=="


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    service = open_service(tmp_path)
    yield open_office(service)
    service.ledger.close()


def test_an_imported_token_lets_its_user_in(office: Office) -> None:
    token, text = office.add_token("local", "the old scanner", text=TEXT)
    assert text == TEXT
    caller = office.recognise(f"Bearer {TEXT}")
    assert (caller.id, caller.token_id) == ("local", token.id)


def test_nothing_of_an_imported_text_is_shown(office: Office) -> None:
    token, _ = office.add_token("local", text=TEXT)
    assert token.id == f"im_{digest_of(TEXT)[:8]}"
    shown = [repr(office.tokens("local")), repr(office.deeds())]
    assert not any(TEXT[:8] in text for text in shown)


def test_a_text_that_is_in_use_is_refused(office: Office) -> None:
    office.add_token("local", text=TEXT)
    with pytest.raises(PagemillError) as refused:
        office.add_token("local", text=TEXT)
    assert refused.value.code == "token_exists"
    assert len(office.tokens("local")) == 1
    assert [deed.action for deed in office.deeds()] == ["token.add"]


def test_a_text_that_was_revoked_does_not_come_back(office: Office) -> None:
    token, _ = office.add_token("local", text=TEXT)
    office.revoke_token(token.id, "local")
    with pytest.raises(PagemillError) as refused:
        office.add_token("local", text=TEXT)
    assert refused.value.code == "token_exists"
    with pytest.raises(PagemillError) as revoked:
        office.recognise(f"Bearer {TEXT}")
    assert revoked.value.code == "token_revoked"


@pytest.mark.parametrize("text", ["a" * 16, "A-z.0_9~+/abcdef", "b" * 254 + "=="])
def test_any_token_of_the_rfc_is_read_from_a_header(text: str) -> None:
    assert bearer(f"Bearer {text}") == text
    assert bearer(f"bearer  {text} ") == text


WRONG = ["a" * 15, "a" * 257, "=" * 20, "a=b" * 8, "a b" * 8, "ä" * 16, "a" * 600]


@pytest.mark.parametrize("text", ["", *WRONG])
def test_no_other_header_holds_a_token(text: str) -> None:
    with pytest.raises(PagemillError) as refused:
        bearer(f"Bearer {text}")
    assert refused.value.code == "token_invalid"


@pytest.mark.parametrize("text", [*WRONG, "a" * 20 + "\n"])
def test_no_other_text_is_imported(office: Office, text: str) -> None:
    with pytest.raises(PagemillError) as wrong:
        office.add_token("local", text=text)
    assert wrong.value.code == "invalid_options"
    assert office.tokens("local") == []
