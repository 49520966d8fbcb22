"""Places in traces: what is taken from others, and what a job's own are."""

import pytest

from pagemill.model.trace import Place, job_place, place_of, trace_id_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
JOB = "01938d2f-5c1e-7abc-8def-0123456789ab"


def test_a_traceparent_is_read_and_written_as_it_was() -> None:
    text = f"00-{TRACE}-{SPAN}-01"
    assert place_of(text) == Place(TRACE, SPAN, is_sampled=True)
    assert str(place_of(text)) == text
    assert str(place_of(f"00-{TRACE}-{SPAN}-00")) == f"00-{TRACE}-{SPAN}-00"


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert place_of(f"01-{TRACE}-{SPAN}-03-more") == Place(TRACE, SPAN, is_sampled=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_no_traceparent_is_nothing(text: str) -> None:
    assert place_of(text) is None


def test_a_job_without_a_trace_has_one_of_its_own_id() -> None:
    place = job_place(JOB, "")
    assert place.trace_id == JOB.replace("-", "")
    assert place.is_sampled is None
    assert place == job_place(JOB, "")


def test_a_job_stands_in_the_trace_it_came_with() -> None:
    place = job_place(JOB, f"00-{TRACE}-{SPAN}-00")
    assert (place.trace_id, place.is_sampled) == (TRACE, False)
    assert place.span_id == job_place(JOB, "").span_id != SPAN


def test_ids_that_are_no_uuids_have_traces_too() -> None:
    assert place_of(str(Place(trace_id_of("job 7"), SPAN))) is not None
    assert trace_id_of("job 7") != trace_id_of("job 8")
    assert int(trace_id_of("0" * 32), 16)
