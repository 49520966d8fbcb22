"""The pictures of the web page in the manual, taken anew: `make screenshots`.

A fresh server reads samples for three people. While it reads more, each page is looked at in
Chromium as an operator sees it: light and dark, and on a phone.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))

from pagemill_process import COMMAND, clean_environment, serving  # noqa: E402
from ui.browsers import ARGUMENTS, find_chromium  # noqa: E402

SAMPLES, PICTURES = ROOT / "tests" / "samples", ROOT / "docs" / "images"
OPERATOR, PEOPLE = "clara", ("ann", "bruno")
COOKIE, LANGUAGE = "pagemill_token", "en-GB"
SIZES = {"": (1280, 800), "-phone": (360, 720)}
MOST_BYTES, QUALITIES, PATIENCE_MS = 120_000, (85, 75, 65, 50, 35), 60_000
READ = (
    "vicksburg.pdf",
    "pdflatex-4-pages.pdf",
    "multicolumn.pdf",
    "epson.pdf",
    "linn.png",
    "multimodal_test.pdf",
    "google-doc-document.pdf",
    "icdar2013-us-005.pdf",
    "broken/encrypted-r6-user-password.pdf",
    "broken/empty-0-bytes.pdf",
    "broken/truncated-60pct.pdf",
    "tagged.pdf",
)
STILL_READ = ("lorem-ipsum-scan.pdf", "masks.pdf", "habibi-arabic.pdf", "typewriter.png")


@dataclass(frozen=True)
class House:
    """A server with something in it. `tokens` by user; `jobs` by the name of the sample."""

    url: str
    tokens: dict[str, str]
    jobs: dict[str, str]

    def client(self, user: str) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.tokens[user]}"}
        return httpx2.Client(base_url=self.url, timeout=90, headers=headers)

    def send(self, user: str, *names: str, **options: object) -> None:
        with self.client(user) as client:
            for name in names:
                file = (Path(name).name, (SAMPLES / name).read_bytes())
                form = {"options": json.dumps(options)}
                answer = client.post("/v1/jobs", files={"file": file}, data=form)
                answer.raise_for_status()
                self.jobs[name] = answer.json()["id"]

    def keep_busy(self) -> None:
        """What goes on being read for a while, sent once."""
        for name in set(STILL_READ) - self.jobs.keys():
            self.send(OPERATOR, name, mode="best", dpi=400)

    def wait(self) -> None:
        with self.client(OPERATOR) as client:
            for job in self.jobs.values():
                while not (found := client.get(f"/v1/jobs/{job}?wait=30").json())["finished_at"]:
                    print(f"{found['document']['filename']}: {found['progress']} %")


def main() -> None:
    asked = _arguments()
    with a_house() as house, _browser() as browser:
        fill(house)
        addresses = pages(house)
        for name in asked.names or addresses:
            if name not in ALONE:
                house.keep_busy()
            for looks, device in (("light", ""), ("dark", ""), ("light", "-phone")):
                take(browser, house, name, addresses[name], looks, device)


def pages(house: House) -> dict[str, str]:
    """What is looked at, by the name of its picture."""
    job = f"/ui/jobs/{house.jobs['vicksburg.pdf']}"
    return {
        "quick": "/",
        "jobs": "/ui/jobs?user=*",
        "job": job,
        "search": "/ui/search?q=vicksburg",
        "queue": "/ui/queue",
        "people": "/ui/people",
        "house": "/ui/house",
        "account": "/ui/account",
        "sign-in": "/ui/sign-in",
    }


@contextmanager
def a_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="pagemill-screenshots-") as folder:
        tokens = {OPERATOR: _token(folder, OPERATOR, "admin")}
        tokens |= {name: _token(folder, name, "user") for name in PEOPLE}
        with serving(Path(folder), require_tokens=True) as url:
            yield House(url, tokens, {})


def fill(house: House) -> None:
    """Three people send, and wait for all of it."""
    outputs = ["markdown", "html", "json", "text", "searchable"]
    for number, name in enumerate(READ):
        house.send((OPERATOR, *PEOPLE)[number % 3], name, outputs=outputs)
    house.wait()


def take(browser: Browser, house: House, name: str, address: str, looks: str, device: str) -> None:
    width, height = SIZES[device]
    context = browser.new_context(
        base_url=house.url,
        locale=LANGUAGE,
        color_scheme=looks,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if device else 1,
    )
    if name != "sign-in":
        token = house.tokens[OPERATOR]
        context.add_cookies([{"name": COOKIE, "value": token, "url": house.url}])
    page = context.new_page()
    page.goto(address)
    PREPARE.get(name, lambda _: None)(page)
    page.wait_for_load_state("networkidle") if name in STILL else _settle(page)
    path = PICTURES / f"web-{name}{device}{'-dark' if looks == 'dark' else ''}.webp"
    _save(page.screenshot(), path)
    context.close()


def _send_one(page: Page) -> None:
    """The first page with a document that came through."""
    page.locator("#files").set_input_files(SAMPLES / "google-doc-document.pdf")
    compare = page.get_by_role("link", name="Compare with the pages")
    expect(compare).to_be_visible(timeout=PATIENCE_MS)


PREPARE = {"quick": _send_one}
ALONE = ("quick", "sign-in")
STILL = ("sign-in", "account")


def _settle(page: Page) -> None:
    """Pages that hear of news are never idle: until all pictures in sight are there."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")


def _save(png: bytes, path: Path) -> None:
    """As WebP, as good as the bytes allow."""
    with Image.open(io.BytesIO(png)) as picture:
        for quality in QUALITIES:
            out = io.BytesIO()
            picture.convert("RGB").save(out, "WEBP", quality=quality, method=6)
            if out.tell() <= MOST_BYTES:
                break
    path.write_bytes(out.getvalue())
    print(f"{path.relative_to(ROOT)}: {out.tell() / 1000:.0f} kB at {quality}")


def _token(folder: str, name: str, role: str) -> str:
    data = ("--data", f"{folder}/data")
    _run("user", "add", name, "--role", role, *data)
    return _run("user", "token", name, "--name", "laptop", *data)


def _run(*words: str) -> str:
    command = [*COMMAND, *words]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=clean_environment({})
    )
    return done.stdout.strip()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS])
        yield browser
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", help="of pages; all by default")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("TZ", "UTC")
    main()
