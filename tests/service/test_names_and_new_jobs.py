"""Names for addresses, and jobs as they are asked for."""

import itertools
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.desk import caller, document
from pagemill.errors import PagemillError
from pagemill.model.job import NewJob
from pagemill.model.options import Options
from pagemill.model.people import LOCAL
from pagemill.service.names import MOST_TWINS, address_name, upload_ids
from pagemill.service.new_jobs import LONGEST_SECONDS, MAX_NOTE, Asked, new_job

NOW_MS = int(datetime(2024, 1, 15, 12, 0, 0, tzinfo=UTC).timestamp() * 1000)
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\März 2024 (1).PDF", "Marz_2024_1_.PDF"),
        ("rechnung&a=b?c#d%2e.pdf", "rechnung_a_b_c_d_2e.pdf"),
        (".hidden", "hidden"),
        ("发票.pdf", "pdf"),
        ("", "document"),
        ("...", "document"),
        ("a" * 300 + ".tiff", "a" * 100 + ".tiff"),
    ],
)
def test_a_name_that_needs_no_escapes(name: str, plain: str) -> None:
    assert address_name(name) == plain


@given(st.text(max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    plain = address_name(name)
    assert SAFE.fullmatch(plain)
    assert len(plain) <= 116


def test_an_upload_is_called_after_the_moment_and_its_file() -> None:
    ids = list(itertools.islice(upload_ids(NOW_MS, "invoice.pdf"), 3))
    assert ids == [
        "20240115_120000_invoice.pdf",
        "20240115_120000_invoice-2.pdf",
        "20240115_120000_invoice-3.pdf",
    ]


@given(name=st.text(max_size=300), now_ms=st.integers(0, 4_000_000_000_000))
def test_ids_of_uploads_are_safe_and_none_comes_twice(name: str, now_ms: int) -> None:
    ids = list(upload_ids(now_ms, name))
    assert len(ids) == len(set(ids)) == MOST_TWINS - 1
    assert all(SAFE.fullmatch(upload_id) and len(upload_id) <= 200 for upload_id in ids)


def asked_for(filename: str = "a.pdf", **asked: object) -> NewJob:
    return new_job("id", document(), filename, Options(), Asked(**asked))  # type: ignore[typeddict-item]


def test_without_wishes_a_job_is_local_and_goes_by_size() -> None:
    assert asked_for("../a.pdf") == NewJob("id", LOCAL, document(), "a.pdf", Options(), 10)


def test_every_wish_is_written_down() -> None:
    made = asked_for(
        by=caller("ann"),
        priority=3,
        password="p",
        idempotency_key="k",
        handle="h",
        note={"a": ["ü", None]},
        keep_seconds=1.5,
        soft_seconds=2,
        hard_seconds=3,
        is_urgent=True,
    )
    assert made == NewJob(
        "id",
        caller("ann"),
        document(),
        "a.pdf",
        Options(),
        3,
        handle="h",
        password="p",
        idempotency_key="k",
        note='{"a": ["ü", null]}',
        keep_ms=1500,
        soft_ms=2000,
        hard_ms=3000,
        is_urgent=True,
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"priority": -1}, "invalid_options"),
        ({"priority": 11}, "invalid_options"),
        ({"password": "x" * 1025}, "invalid_request"),
        ({"password": "a\0b"}, "invalid_request"),
        ({"idempotency_key": "x" * 256}, "invalid_request"),
        ({"idempotency_key": "a\0b"}, "invalid_request"),
        ({"note": {"a": "x" * MAX_NOTE}}, "invalid_request"),
    ],
)
def test_wishes_that_nobody_can_fulfil(asked: dict[str, object], code: str) -> None:
    with pytest.raises(PagemillError) as refused:
        asked_for(**asked)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "asked", [{"priority": 0}, {"priority": 10}, {"password": "x" * 1024}, {"note": {"a": "x"}}]
)
def test_wishes_at_the_limit_are_fulfilled(asked: dict[str, object]) -> None:
    assert asked_for(**asked).id == "id"


@pytest.mark.parametrize("name", ["keep", "soft", "hard"])
@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        (0, None),
        (1e-9, 1),
        (0.25, 250),
        (1e300, round(1000 * LONGEST_SECONDS)),
        (float("inf"), round(1000 * LONGEST_SECONDS)),
    ],
)
def test_times_are_never_none_at_all_by_rounding_nor_more_than_a_database_holds(
    name: str, seconds: float, milliseconds: int | None
) -> None:
    made = asked_for(**{f"{name}_seconds": seconds})
    assert getattr(made, f"{name}_ms") == milliseconds
    assert (milliseconds or 0) < 2**53


def test_a_note_with_broken_characters_is_kept_as_far_as_it_can_be() -> None:
    assert asked_for(note={"a": "x\udce4"}).note == '{"a": "x?"}'
