"""One reader in a process of its own: `engine_child.py SIDE`, and then a line of JSON per task.

SIDE is `engine_sides.Side` as JSON. A task names files and languages, the answer holds a text per
file, the seconds of CPU it took (those of programs that were started, too) and the process's size
in MB of 10^6 bytes. Nothing is imported that the reader does not need, so that its start and its
memory are its own.
"""

import atexit
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pagemill.model.page import PageText
    from pagemill.model.task import Work

KIB, MB = 1024, 1_000_000
MAX_PIXELS = 40_000_000
Read = Callable[[dict], list[str]]


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    side = json.loads(sys.argv[1])
    read = READERS.get(side["engine"], ours)(side)
    for line in sys.stdin:
        began = _cpu()
        texts, error = _tried(read, json.loads(line))
        spent = {"cpu": _cpu() - began, "cpu_so_far": _cpu()}
        answer = {"texts": texts, "error": error, **spent, **_sizes()}
        print(json.dumps(answer), file=answers, flush=True)


def ours(side: dict) -> Read:
    """The laid-out page as Markdown."""
    from pagemill.outputs import page_markdown

    read = page_reader(side)
    return lambda task: [page_markdown(read(path, task["languages"])) for path in task["paths"]]


def page_reader(side: dict) -> "Callable[[str, list[str]], PageText]":
    """From a picture's path and its languages to the page as it was laid out: Pagemill's own step
    for a page, as its children run it. Languages are told to an engine that can read them; `auto`
    is told nothing.
    """
    from pagemill.app.child import build_tools
    from pagemill.app.child_config import ChildConfig
    from pagemill.model.page import page_key
    from pagemill.work.lectern import Lectern
    from pagemill.work.steps.read import read, stored_page

    folder = tempfile.mkdtemp(prefix="pagemill-bench-")
    atexit.register(shutil.rmtree, folder)
    runtime = side["runtime"] or "auto"
    config = ChildConfig(folder, "auto", "", 1, MAX_PIXELS, 0, ocr_runtime=runtime)
    tools = build_tools(config)
    lectern, numbers = Lectern(tools), itertools.count()

    def one(path: str, told: list[str]) -> "PageText":
        is_known = side["engine"] != "auto" and tools.engines.get(side["engine"]).can_read(told)
        work = _work(side, next(numbers), told if is_known else [])
        tools.shelf.put(work.document.key, Path(path).read_bytes())
        read(work, tools, lectern)
        lectern.close()
        tools.shelf.delete([work.document.key])
        page = stored_page(tools.shelf.get(page_key(work.job_id, work.page_no, work.token)))
        return tools.arrange(lambda: iter([page]))(page)

    return one


def _work(side: dict, number: int, languages: list[str]) -> "Work":
    """A page's task as the ledger would hand it out."""
    from pagemill.model.document import Document
    from pagemill.model.options import Options
    from pagemill.model.task import TaskKind, Work

    return Work(
        task_id=number,
        job_id="bench",
        kind=TaskKind.PAGE,
        page_no=1,
        token="token",
        attempt=1,
        deaths=0,
        engine=side["engine"],
        reason="",
        pool="cpu",
        filename="page.png",
        document=Document(f"{number:064x}", "image/png", 0, 1),
        options=Options(engine=side["engine"], mode=side["mode"], languages=tuple(languages)),
    )


def rapidocr(side: dict) -> Read:
    """`RapidOCR()` as it comes, its lines in its order."""
    import numpy as np
    from PIL import Image
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def one(path: str) -> str:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        return "\n".join(engine(np.ascontiguousarray(pixels[:, :, ::-1])).txts or ())

    return lambda task: [one(path) for path in task["paths"]]


def tesseract_program(side: dict) -> Read:
    """The program, once per page; it looks for the page's orientation where it has the pack."""
    segmentation = ["--psm", "1"] if "osd" in side["packs"] else []

    def one(path: str, languages: str) -> str:
        command = ["tesseract", path, "stdout", "-l", languages, *segmentation]
        return _said(command, OMP_THREAD_LIMIT="1")

    return lambda task: [one(path, task["packs"]) for path in task["paths"]]


def ocrmypdf(side: dict) -> Read:
    """The program, once for all pages of a PDF; the text is what it writes beside its PDF."""
    program = str(Path(sys.executable).with_name("ocrmypdf"))
    how = ["-q", "-j", str(side["jobs"]), "--force-ocr", "--rotate-pages", "--optimize", "0"]
    how += ["--output-type", "pdf"]

    def document(path: str, languages: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            beside = Path(folder) / "out.txt"
            files = ["--sidecar", str(beside), path, str(beside.with_suffix(".pdf"))]
            _said([program, "-l", languages, *how, *files])
            return beside.read_text().split("\f")

    return lambda task: [text for path in task["paths"] for text in document(path, task["packs"])]


READERS = {"rapidocr": rapidocr, "tesseract program": tesseract_program, "ocrmypdf": ocrmypdf}


def _said(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def _tried(read: Read, task: dict) -> tuple[list[str], str]:
    """A page that cannot be read counts as an empty one, and says why."""
    try:
        return read(task), ""
    except Exception as error:
        return [""] * task["pages"], f"{type(error).__name__}: {error}"


def _cpu() -> float:
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + below.ru_utime + below.ru_stime


def _sizes() -> dict[str, float]:
    """The largest process so far, and this one now. The kernel's note of this process's own peak
    is not used: it begins with that of whoever started it (getrusage(2)).
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, now = (int(status[name].split()[0]) for name in ("VmHWM", "VmRSS"))
    below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"peak_mb": max(own, below) * KIB / MB, "now_mb": now * KIB / MB}


if __name__ == "__main__":
    main()
