"""The readers that `engines.py` sets side by side, and what each spends.

A side is a number of processes of `engine_child.py` that take pages from one heap. They are started
for a turn and read one page before the clock starts, so that no side's memory is in the way of
another's; OCRmyPDF, which is a program for whole documents, starts within the clock.
"""

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from statistics import median

from engine_pages import Page, as_pdf, packs_here
from pagemill.app.child_config import ENVIRONMENT
from pagemill.app.plugins import registry_of
from pagemill.engines.runtime import module_of
from pagemill.model.options import MODES

CHILD = Path(__file__).with_name("engine_child.py")
STOCK, PROGRAM, OCRMYPDF = "stock RapidOCR", "tesseract, the program", "OCRmyPDF"


@dataclass(frozen=True, slots=True)
class Side:
    """`engine` is one of ours, `auto`, or a name in `engine_child.READERS`; `runtime` is as in the
    setting `ocr_runtime`. With one of `processes` and more `jobs` it makes its own.
    """

    name: str
    engine: str
    runtime: str = ""
    mode: str = "balanced"
    processes: int = 2
    jobs: int = 1
    packs: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        return self.name not in {STOCK, PROGRAM, OCRMYPDF}

    @property
    def takes_documents(self) -> bool:
        return self.engine == "ocrmypdf"


@dataclass(slots=True)
class Spent:
    """Seconds on the clock and of CPU, the largest process, a text per page, what went wrong.
    `cold` is what a start took, on the clock and of CPU.
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0
    cold: tuple[float, float] = (0.0, 0.0)
    texts: dict[Page, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def per_page(self) -> tuple[float, float]:
        """Seconds of CPU, and pages per second on the clock."""
        return self.cpu / len(self.texts), len(self.texts) / self.wall


class Child:
    """One process of a side."""

    def __init__(self, side: Side) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), json.dumps(asdict(side))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (ENVIRONMENT if side.is_ours else {}),
        )

    def read(self, paths: Sequence[Path], page: Page, pages: int = 1) -> dict:
        """Languages are those of `page`. Raises RuntimeError if the process ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        languages = [page.language] if page.language else []
        task = {"paths": [*map(str, paths)], "languages": languages, "packs": page.packs}
        self._process.stdin.write(json.dumps(task | {"pages": pages}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a reader ended with {self._process.wait()} on {page.path.name}")
        return json.loads(answer)

    def end(self) -> None:
        self._process.communicate()


def read_in_turn(side: Side, pages: Sequence[Page], warm: Page, spent: Spent) -> None:
    """Adds to `spent` what the pages take."""
    if side.takes_documents:
        return _read_documents(side, pages, spent)
    with _started(side) as children, ThreadPoolExecutor(len(children)) as threads:
        list(threads.map(lambda child: child.read([warm.path], warm), children))
        heap = deque(pages)
        began = time.perf_counter()
        answers = list(threads.map(lambda child: list(_drain(child, heap)), children))
        spent.wall += time.perf_counter() - began
    for page, answer in chain.from_iterable(answers):
        _note(spent, answer, [page])
    return None


def cold_start(side: Side, small: Page, times: int) -> tuple[float, float]:
    """Seconds from nothing to the text of a small page, on the clock and of CPU; medians."""
    paths = [as_pdf([small])] if side.takes_documents else [small.path]
    wall, cpu = [], []
    for _ in range(times):
        began = time.perf_counter()
        child = Child(side)
        cpu.append(child.read(paths, small)["cpu_so_far"])
        wall.append(time.perf_counter() - began)
        child.end()
    return median(wall), median(cpu)


def _drain(child: Child, heap: deque[Page]) -> Iterator[tuple[Page, dict]]:
    while True:
        try:
            page = heap.popleft()
        except IndexError:
            return
        yield page, child.read([page.path], page)


def _read_documents(side: Side, pages: Sequence[Page], spent: Spent) -> None:
    """One document per language, as the program takes one choice of languages each time."""
    for packs in dict.fromkeys(page.packs for page in pages):
        alike = [page for page in pages if page.packs == packs]
        document = as_pdf(alike)
        with _started(side) as (child,):
            began = time.perf_counter()
            _note(spent, child.read([document], alike[0], len(alike)), alike)
            spent.wall += time.perf_counter() - began


def _note(spent: Spent, answer: dict, pages: Sequence[Page]) -> None:
    spent.cpu += answer["cpu"]
    spent.peak_mb = max(spent.peak_mb, answer["peak_mb"])
    spent.texts |= dict(zip(pages, answer["texts"], strict=False))
    if answer["error"]:
        spent.errors.append(f"{pages[0].path.name}: {answer['error']}")


@contextmanager
def _started(side: Side) -> Iterator[list[Child]]:
    children = [Child(side) for _ in range(side.processes)]
    try:
        yield children
    finally:
        for child in children:
            child.end()


def known_sides(processes: int) -> list[Side]:
    """Every side that can run here, in the order of the table."""
    packs = tuple(sorted(packs_here()))
    sides = [
        Side("ppocr, OpenVINO", "ppocr", "openvino"),
        Side("ppocr, OpenVINO without bf16", "ppocr", "openvino-int8"),
        Side("ppocr, OpenVINO f32", "ppocr", "openvino-f32"),
        Side("ppocr, ONNX Runtime", "ppocr", "onnxruntime"),
        Side("tesseract", "tesseract"),
        Side("hybrid, OpenVINO f32", "hybrid", "openvino-f32"),
        *(Side(f"auto, {mode}", "auto", mode=mode) for mode in MODES),
        Side(STOCK, "rapidocr", processes=1),
        Side(PROGRAM, "tesseract program", packs=packs),
        Side(OCRMYPDF, "ocrmypdf", processes=1, jobs=processes),
    ]
    return [
        replace(side, processes=min(side.processes, processes)) for side in sides if _is_here(side)
    ]


def _is_here(side: Side) -> bool:
    if side.name in {PROGRAM, OCRMYPDF}:
        return bool(packs_here()) and (side.name == PROGRAM or find_spec("ocrmypdf") is not None)
    if side.runtime and find_spec(module_of(side.runtime)) is None:
        return False
    ours = {engine.name for engine in registry_of("auto", "", "auto").installed()}
    return side.engine in {"auto", "rapidocr"} | ours
