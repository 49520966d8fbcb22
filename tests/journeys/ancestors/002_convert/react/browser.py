"""The document's React component, unchanged, in a page of another origin, clicked in Chromium.

browser.py ADDRESS FILENAME [SCREENSHOT]

The component speaks to localhost:8080, as its document has it; the browser is told that this name
leads to ADDRESS, so that the server may listen on any port. The page's origin is
http://app.example.
"""

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
ROOM = HERE.parents[1]
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGE = """<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<div id="root"></div>
<script src="app.js"></script>
"""
PATIENCE_MS = 90_000
IS_OVER = "() => window.hasFailed || /Status: (completed|failed)/.test(window.shown.at(-1))"


def build(folder):
    """The component and what mounts it, in one script; esbuild turns JSX into JavaScript."""
    source = (HERE / "ConversionMonitor.jsx").read_text() + (HERE / "mount.jsx").read_text()
    bundled = run(
        [
            ROOM / "node_modules/.bin/esbuild",
            "--bundle",
            "--loader=jsx",
            "--jsx=automatic",
            '--define:process.env.NODE_ENV="production"',
        ],
        cwd=ROOM,
        input=source.encode(),
        capture_output=True,
    )
    if bundled.returncode:
        sys.exit(bundled.stderr.decode())
    (folder / "app.js").write_bytes(bundled.stdout)
    (folder / "index.html").write_text(PAGE)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def drive(port, address, filename, screenshot):
    """Clicks the button; what the page showed, and what the browser complained of."""
    rules = f"MAP localhost:8080 {urlsplit(address).netloc}, MAP app.example 127.0.0.1:{port}"
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, f"--host-resolver-rules={rules}"]
        )
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://app.example/?filename={quote(filename)}")
        page.get_by_role("button").click()
        try:
            page.wait_for_function(IS_OVER, timeout=PATIENCE_MS)
        finally:
            print(page.evaluate("window.shown"), complaints)
        if screenshot:
            page.screenshot(path=screenshot)
        shown = page.evaluate("window.shown")
        bar = page.evaluate("document.querySelector('progress').value")
        browser.close()
    return {"shown": shown, "bar": bar, "complaints": complaints}


def main(address, filename, screenshot=None):
    with TemporaryDirectory() as folder:
        build(Path(folder))
        handler = partial(Quiet, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
            threading.Thread(target=pages.serve_forever).start()
            try:
                done = drive(pages.server_port, address, filename, screenshot)
            finally:
                pages.shutdown()
    print(json.dumps(done))
    return 0 if done["shown"][-1].startswith("Status: completed") else 1


sys.exit(main(*sys.argv[1:]))
