"""Turns between Pagemill and a peer on the same pages, cold start to finished file on both sides.

Each side is a command of its own that starts, reads and ends. A turn runs every side once; the
order changes from turn to turn, so that no side always meets a warm disk.
"""

import io
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium
from PIL import Image

Command = Callable[[Path, Path], Sequence[str]]
"""From the document and an empty folder to the command line to run."""
Look = Callable[[str, Path], object]
"""Is given the name of a command and the folder that it has written into."""

DPI = 300


@dataclass(frozen=True, slots=True)
class Took:
    """`cpu` is what the command and all below it computed, in seconds; it tells even on a machine
    that had something else to do.
    """

    seconds: float
    cpu: float


def seconds_of(
    commands: dict[str, Command], document: bytes, turns: int, look: Look = lambda *_: None
) -> dict[str, Took]:
    """The medians of each command. Raises CalledProcessError if one fails."""
    took: dict[str, list[Took]] = {name: [] for name in commands}
    for turn in range(turns):
        names = list(commands)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            with tempfile.TemporaryDirectory(prefix="pagemill-bench-") as folder:
                took[name].append(_run(commands[name], document, Path(folder)))
                look(name, Path(folder))
    return {
        name: Took(median(one.seconds for one in turned), median(one.cpu for one in turned))
        for name, turned in took.items()
    }


def scans(sources: Sequence[Path], pages: int) -> bytes:
    """A PDF of `pages` pages taken in turn from PDFs, drawn anew: grey pictures and no text."""
    made = io.BytesIO()
    first, *rest = itertools.islice(itertools.cycle(_drawn(sources)), pages)
    first.save(made, "PDF", resolution=DPI, save_all=True, append_images=rest, quality=85)
    return made.getvalue()


def pagemill(processes: int, *more: str, settings: Mapping[str, str] | None = None) -> Command:
    """`pagemill convert` with these options; `settings` are variables of its environment. Workers
    stand back for nobody, as the peer's do not.
    """

    def command(document: Path, folder: Path) -> list[str]:
        given = {"PAGEMILL_WORKER_NICE": "0"} | dict(settings or {})
        variables = [f"{name}={value}" for name, value in given.items()]
        convert = ["env", *variables, sys.executable, "-m", "pagemill", "convert", str(document)]
        where = ["-q", "-o", str(folder / "out"), "--data", str(folder / "data")]
        return [*convert, *where, "--workers", str(processes), *more]

    return command


def _drawn(sources: Sequence[Path]) -> Iterator[Image.Image]:
    for path in sources:
        with pdfium.PdfDocument(path) as pdf:
            for page in pdf:
                yield page.render(scale=DPI / 72, grayscale=True).to_pil()


def _run(command: Command, document: bytes, folder: Path) -> Took:
    path = folder / "scans.pdf"
    path.write_bytes(document)
    line = command(path, folder)
    began, computed = time.perf_counter(), _computed()
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    took = Took(time.perf_counter() - began, _computed() - computed)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        done.check_returncode()
    return took


def _computed() -> float:
    """CPU seconds of everything that was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
