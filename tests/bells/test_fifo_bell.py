import select
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pagemill.bells import FifoBell

LISTENER = """
import select, sys
from pathlib import Path
from pagemill.bells import FifoBell
bell = FifoBell(Path(sys.argv[1]))
waiting = select.epoll()
waiting.register(bell.listen(), select.EPOLLIN)
print("listening", flush=True)
while True:
    waiting.poll()
    bell.clear()
    print("woken", flush=True)
"""
RINGER = """
import sys
from pathlib import Path
from pagemill.bells import FifoBell
FifoBell(Path(sys.argv[1])).ring()
"""


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[FifoBell]:
    bell = FifoBell(tmp_path / "bell")
    yield bell
    bell.close()


def is_ringing(bell: FifoBell, seconds: float = 0.0) -> bool:
    return bool(select.select([bell.listen()], [], [], seconds)[0])


def python(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_ring_wakes_the_listener_and_clear_ends_it(bell: FifoBell) -> None:
    assert not is_ringing(bell)
    bell.ring()
    bell.ring()
    assert is_ringing(bell)
    bell.clear()
    assert not is_ringing(bell)
    bell.clear()


def test_ringing_where_nobody_ever_listened_does_nothing(tmp_path: Path) -> None:
    FifoBell(tmp_path / "no" / "bell").ring()
    assert list(tmp_path.iterdir()) == []


def test_ringing_never_blocks_however_long_nobody_clears(bell: FifoBell) -> None:
    bell.listen()
    for _ in range(100_000):
        bell.ring()
    assert is_ringing(bell)
    bell.clear()
    assert not is_ringing(bell)


def test_rings_of_many_threads_are_heard(bell: FifoBell) -> None:
    bell.listen()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bell.ring(), range(200)))
    assert is_ringing(bell)


def test_the_end_of_a_ringing_process_is_no_ring(bell: FifoBell, tmp_path: Path) -> None:
    bell.listen()
    with python(RINGER, tmp_path / "bell"):
        pass
    assert is_ringing(bell)
    bell.clear()
    assert not is_ringing(bell)


def test_a_listener_that_was_killed_and_came_back_hears_again(tmp_path: Path) -> None:
    bell = FifoBell(tmp_path / "bell")
    for _ in range(2):
        with python(LISTENER, tmp_path / "bell") as listener:
            assert hear(listener) == "listening"
            bell.ring()
            assert hear(listener) == "woken"
            listener.kill()
            listener.wait()
        bell.ring()


def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "bell"
    place.write_bytes(b"mine")
    bell = FifoBell(place)
    bell.ring()
    with pytest.raises(FileExistsError, match="no named pipe"):
        bell.listen()
    assert place.read_bytes() == b"mine"
