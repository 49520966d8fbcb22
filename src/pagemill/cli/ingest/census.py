"""How many files there are to be seen: counted ahead of the walk, in the background, without a look
at any of them. About right: what comes or goes meanwhile is not counted anew.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path


class Census:
    """Counts as soon as it is begun; `total` is None until it has ended. Folders that are links
    count as one, as the walk tells them so.
    """

    def __init__(self, paths: Sequence[Path], stop: threading.Event) -> None:
        self._paths = paths
        self._stop = stop
        self._total: int | None = None

    def begin(self) -> None:
        threading.Thread(target=self._count, name="census", daemon=True).start()

    def total(self) -> int | None:
        return self._total

    def _count(self) -> None:
        waiting = [str(path) for path in self._paths if path.is_dir()]
        count = len(self._paths) - len(waiting)
        while waiting and not self._stop.is_set():
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                            waiting.append(entry.path)
                        else:
                            count += 1
            except OSError:
                count += 1
        self._total = count
