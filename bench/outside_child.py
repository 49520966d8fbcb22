"""Converts documents with a library that Pagemill does not depend on, in an environment of its own.

    python outside_child.py markitdown|pymupdf4llm < {"document": "where its Markdown goes"}

Prints one JSON object: the CPU seconds of all documents together (imports and one document before
them not counted) and how many failed.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    convert = CONVERTERS[sys.argv[1]]()
    wanted = json.load(sys.stdin)
    with contextlib.suppress(Exception):
        convert(next(iter(wanted)))
    began, failed = time.process_time(), 0
    for document, target in wanted.items():
        try:
            Path(target).write_text(convert(document))
        except Exception as error:
            failed += 1
            print(f"{sys.argv[1]}: {document}: {error}", file=sys.stderr)
    print(json.dumps({"cpu": time.process_time() - began, "failed": failed}))


def _markitdown() -> Callable[[str], str]:
    from markitdown import MarkItDown

    return lambda path: MarkItDown(enable_plugins=False).convert(path).text_content


def _pymupdf4llm() -> Callable[[str], str]:
    import pymupdf4llm

    return lambda path: pymupdf4llm.to_markdown(path, show_progress=False)


CONVERTERS = {"markitdown": _markitdown, "pymupdf4llm": _pymupdf4llm}

if __name__ == "__main__":
    main()
