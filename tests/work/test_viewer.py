"""Pictures for people are drawn elsewhere, and come back or fail in good time."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pagemill.app.child_config import ChildConfig
from pagemill.app.clock import SystemClock
from pagemill.errors import PagemillError
from pagemill.ports import Tools
from pagemill.testing import documents as make
from pagemill.work.spec import ChildSpec
from pagemill.work.viewer import ChildViewer
from work.kit import make_tools, shelve


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def spec(tmp_path: Path) -> ChildSpec:
    return ChildConfig(str(tmp_path / "shelf"), "text", "", 100, 1_000_000, 2048).spec()


@pytest.fixture
def viewer(spec: ChildSpec) -> Iterator[ChildViewer]:
    viewer = ChildViewer(lambda: spec, 60.0, SystemClock())
    yield viewer
    viewer.close()


def own_children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [c for c in found if "pagemill.app.child" in " ".join(c.cmdline())]


def test_a_page_comes_as_jpeg(viewer: ChildViewer, tools: Tools) -> None:
    document = shelve(tools, make.text_pdf(2))
    small, large = viewer.jpeg(document, 2, 36), viewer.jpeg(document, 2, 72)
    assert small.startswith(b"\xff\xd8\xff")
    assert len(small) < len(large)


def test_many_threads_may_ask_at_once(viewer: ChildViewer, tools: Tools) -> None:
    document = shelve(tools, make.text_pdf([f"{n} " * n for n in range(1, 9)]))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: viewer.jpeg(document, n, 36), range(1, 9)))
    assert len(set(found)) == 8
    assert found == [viewer.jpeg(document, n, 36) for n in range(1, 9)]
    assert len(own_children()) == 1


def test_the_reason_of_a_failure_is_told(viewer: ChildViewer, tools: Tools) -> None:
    holed = shelve(tools, make.holed_pdf(2, {2}))
    with pytest.raises(PagemillError) as unrenderable:
        viewer.jpeg(holed, 2, 36)
    assert unrenderable.value.code == "page_unrenderable"
    locked = shelve(tools, make.encrypted_pdf("secret"))
    with pytest.raises(PagemillError) as refused:
        viewer.jpeg(locked, 1, 36)
    assert refused.value.code == "password_required"
    assert viewer.jpeg(locked, 1, 36, "secret").startswith(b"\xff\xd8\xff")


def test_a_killed_child_is_replaced(viewer: ChildViewer, tools: Tools) -> None:
    document = shelve(tools, make.text_pdf(1))
    viewer.jpeg(document, 1, 36)
    (child,) = own_children()
    child.kill()
    while child.status() != psutil.STATUS_ZOMBIE:
        os.sched_yield()
    assert viewer.jpeg(document, 1, 36)
    assert own_children() != [child]


def test_a_child_that_dies_over_a_picture_costs_that_picture(tools: Tools, spec: ChildSpec) -> None:
    viewer = ChildViewer(lambda: replace(spec, command=("false",)), 60.0, SystemClock())
    with pytest.raises(PagemillError) as lost:
        viewer.jpeg(shelve(tools, make.text_pdf(1)), 1, 36)
    assert lost.value.code == "page_unrenderable"
    assert "exit status 1" in lost.value.message
    viewer.close()


def test_a_picture_that_takes_too_long_is_given_up(tools: Tools, spec: ChildSpec) -> None:
    document = shelve(tools, make.text_pdf(1))
    deaf = replace(spec, command=("sh", "-c", "exec sleep 600", "sh"))
    viewer = ChildViewer(lambda: deaf, 0.2, SystemClock())
    with pytest.raises(PagemillError) as late:
        viewer.jpeg(document, 1, 36)
    assert late.value.code == "page_timeout"
    viewer.close()
    assert not [c for c in psutil.Process().children() if c.name() == "sleep"]


def test_closing_ends_the_child_and_its_thread(tools: Tools, spec: ChildSpec) -> None:
    viewer = ChildViewer(lambda: spec, 60.0, SystemClock())
    document = shelve(tools, make.text_pdf(1))
    viewer.jpeg(document, 1, 36)
    viewer.close()
    assert not own_children()
    assert "viewer" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(PagemillError):
        viewer.jpeg(document, 1, 36)
