"""How children of this program are started; light, as parents import it too."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from pagemill.work.spec import ChildSpec
from pagemill.work.wire import Hello

# Engines are given one core each; without this, libraries start a thread per core in every child.
# Few arenas keep freed memory from hiding in per-thread pools (mallopt(3), M_ARENA_MAX); blocks of
# 16 MiB and more, such as pictures and a network's middle layers, go back to the system when freed
# (M_MMAP_THRESHOLD, which otherwise grows with the first large block).
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
}


@dataclass(frozen=True, slots=True)
class ChildConfig:
    """What the parent tells a child before anything else. `nice` is how far it stands back when
    processors are short (nice(2)): answers to people come before pages.
    """

    shelf: str
    engine: str
    plugins: str
    max_pages: int
    max_page_pixels: int
    fence_mb: int
    nice: int = 0
    ocr_runtime: str = "auto"

    def spec(self, scratch: Path | None = None) -> ChildSpec:
        command = (sys.executable, "-P", "-m", "pagemill.app.child")
        return ChildSpec(command, Hello(asdict(self)), ENVIRONMENT, scratch)
