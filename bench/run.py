"""Runs every bench and writes RESULTS.md anew: `make bench`.

Each script beside this one is a bench. One that takes `--keep` writes its own section; of any other
the printed lines are kept. A bench that fails or misses its goal is named at the end, and the
others run all the same. `--quick` makes each short: it shows that they work, its figures mean
little and are not kept.
"""

import argparse
import ast
import subprocess
import sys
import time
from pathlib import Path

from report import publish

HERE = Path(__file__).parent
NO_BENCH = {"run", "score", "report", "library", "running", "peers", "accents", "gallery"}
NO_BENCH |= {"engine_child", "engine_pages", "engine_scores", "engine_sides"}
NO_BENCH |= {"ledgers", "queue_sides", "queue_peers", "queue_node", "small_pdfs"}
NO_BENCH |= {"storm_files", "storm_checks", "noting_engine"}
NO_BENCH |= {
    "gallery_markdown",
    "structure",
    "readers",
    "outside_child",
    "quality_scores",
    "quality_goals",
    "drawn_pages",
}
ORDER = (
    "quality",
    "text_pages",
    "overhead",
    "submit",
    "ingest",
    "dialects",
    "watchers",
    "browsers",
    "pages",
    "search",
    "claim",
    "queues",
    "dispatch",
    "fairness",
    "stock",
    "engines",
    "ocrmypdf",
    "memory",
    "growth",
    "recovery",
    "storm",
)
QUICK = {
    "quality": ["--kinds", "images", "tables"],
    "text_pages": ["--turns", "1", "--max-pages", "4"],
    "overhead": ["--turns", "1", "--documents", "2"],
    "stock": ["--turns", "1", "--documents", "1", "--pages", "4"],
    "ocrmypdf": ["--turns", "1", "--pages", "4"],
    "memory": ["--text", "100", "--ocr", "8", "--scans", "8"],
    "claim": ["--rounds", "5", "--warm", "2", "--large", "20000"],
    "queues": ["--turns", "1", "--tasks", "2000", "--ones", "100"],
    "engines": ["--quick"],
    "growth": ["--pages", "20", "--kinds", "1"],
    "submit": ["--turns", "1", "--requests", "64"],
    "ingest": ["--quick"],
    "dialects": ["--turns", "1", "--requests", "16"],
    "watchers": ["--seconds", "3", "--watchers", "200"],
    "browsers": ["--seconds", "3", "--browsers", "40"],
    "pages": ["--jobs", "500", "--pages", "40", "--turns", "2", "--news", "2"],
    "search": ["--pages", "500", "--asked", "5"],
    "recovery": ["--turns", "1"],
    "storm": ["--count", "200", "--kills", "2"],
    "dispatch": ["--times", "20", "--pages", "50"],
    "fairness": ["--times", "1", "--waiting", "500"],
}


def main() -> int:
    asked = _arguments()
    found = {path.stem for path in HERE.glob("*.py")} - NO_BENCH
    names = asked.names or [*ORDER, *sorted(found - set(ORDER))]
    if unknown := set(names) - found:
        print(f"There is no bench {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    failed = [name for name in names if not _run(name, is_quick=asked.quick)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str, *, is_quick: bool) -> bool:
    print(f"\n=== {name}", flush=True)
    began = time.perf_counter()
    script = HERE / f"{name}.py"
    source = script.read_text()
    writes_itself = '"--keep"' in source
    how = QUICK.get(name, []) if is_quick else ["--keep"] * writes_itself
    command = [sys.executable, str(script), *how]
    if writes_itself or is_quick:
        done = subprocess.run(command, check=False)
    else:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        title = (ast.get_docstring(ast.parse(source)) or name).split(":")[0].splitlines()[0]
        publish(name, title, f"```\n{done.stdout.strip()}\n```", "pagemill")
    print(f"=== {name}: {time.perf_counter() - began:.0f} s", flush=True)
    return done.returncode == 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="BENCH", help="such as quality; default: all")
    parser.add_argument("--quick", action="store_true", help="short runs, nothing kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
