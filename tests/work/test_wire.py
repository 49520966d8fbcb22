"""Messages arrive as they were sent, however the stream is cut."""

import dataclasses
import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.document import PDF, Document
from pagemill.model.job import Failure, OutputFile
from pagemill.model.options import Options
from pagemill.model.task import (
    AssembleDone,
    Away,
    Died,
    GiveUp,
    Moved,
    Outcome,
    PageDone,
    PagePlan,
    PageResult,
    Released,
    Reread,
    Retry,
    SplitDone,
    TaskKind,
    Work,
)
from pagemill.work.wire import (
    Channel,
    Draw,
    Drawn,
    Drop,
    Finished,
    Hello,
    Lines,
    Message,
    Ready,
    Started,
    Trouble,
    decode,
    encode,
)

FAILURE = Failure("engine_failed", "line one\nline two \u2028 ünïcode", "try again")
DOCUMENT = Document("ab" * 32, PDF, 12, 3)
WORK = Work(
    task_id=7,
    job_id="job",
    kind=TaskKind.ASSEMBLE,
    page_no=0,
    token="t0k",
    attempt=2,
    deaths=1,
    engine="auto",
    reason="",
    pool="cpu",
    filename="räksmörgås\n.pdf",
    document=DOCUMENT,
    options=Options(languages=("en", "de"), outputs=("markdown", "images")),
    password='s"e\\cret\n',
    results=(PageResult(1, "tok", "text"), PageResult(2, "", "", FAILURE)),
)
OUTCOMES: list[Outcome] = [
    SplitDone(3, (PagePlan(1, "text", "a good text layer", "key"),)),
    PageDone("text", 12, 0.5, ("blank",), is_cached=True),
    AssembleDone((OutputFile("markdown", "result.md", "text/markdown", 3, "cd" * 32),)),
    Retry(FAILURE),
    GiveUp(FAILURE),
    Died(FAILURE),
    Away(FAILURE, 1.5, "ppocr"),
    Moved("ppocr"),
    Released(),
    Reread((2, 5), FAILURE),
]
MESSAGES: list[Message] = [
    Hello({"shelf": "/somewhere", "number": 3}),
    Ready(),
    Started(7),
    Trouble(7, 'Traceback:\n  File "x"\n'),
    WORK,
    Drop(7),
    Draw(DOCUMENT, 2, 72, "pw"),
    Drawn(b"\xff\xd8\n\x00"),
    Drawn(failure=FAILURE),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_is_one_line_and_comes_back_equal(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: type(o).__name__)
def test_every_outcome_survives_the_way_home(outcome: Outcome) -> None:
    back = decode(encode(Finished.of(7, outcome)))
    assert isinstance(back, Finished)
    assert back.task_id == 7
    assert back.read() == outcome


def test_no_outcome_was_forgotten() -> None:
    assert {type(outcome) for outcome in OUTCOMES} == set(Outcome.__args__)


@given(st.lists(st.integers(1, 400), max_size=40))
def test_a_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    stream = b"".join(map(encode, MESSAGES))
    lines, found, at = Lines(), [], 0
    for size in [*cuts, len(stream)]:
        found += lines.feed(stream[at : at + size])
        at += size
    assert found == MESSAGES


def test_a_channel_ends_when_the_other_side_closes() -> None:
    ours, theirs = socket.socketpair()
    sent = [message for message in MESSAGES if not isinstance(message, Drop)]
    with ours, theirs:
        for message in sent:
            Channel(theirs).send(message)
        theirs.close()
        channel = Channel(ours)
        assert [channel.receive() for _ in sent] == sent
        assert channel.receive() is None


def test_a_task_taken_back_in_time_is_passed_over() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        far = Channel(theirs)
        for message in (WORK, replace(WORK, task_id=8), Drop(7), replace(WORK, task_id=9)):
            far.send(message)
        far.send(Drop(1000))
        channel = Channel(ours)
        assert [getattr(channel.receive(), "task_id", None) for _ in range(2)] == [8, 9]


@pytest.mark.parametrize("line", [b"garbage\n", b'{"type":"Ready"}\n', b'{"type":"X","body":{}}\n'])
def test_nonsense_is_refused(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        decode(line)


def test_passwords_are_only_in_the_order_itself() -> None:
    """What goes back to the agent, and so into logs, has no room for one."""
    back = (Ready, Started, Trouble, Finished, Drawn, *map(type, OUTCOMES))
    assert not [k for k in back for f in dataclasses.fields(k) if f.name == "password"]
