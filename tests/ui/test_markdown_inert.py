"""Whatever a document says, nothing in it acts."""

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from pagemill.web.ui.markdown import safe_html
from ui.attacks import ATTACKS, OUTSIDE
from ui.browsers import Complaints
from ui.sites import Site

INERT = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("strong", "em", "b", "i", "s", "del", "sub", "sup", "a", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
SAYS = {
    "href": re.compile(r"(https?://|mailto:)[^\s<>\"'`]+"),
    "src": re.compile(r"/v1/jobs/j1/outputs/images/\w[\w.-]*"),
    "alt": re.compile(".*", re.DOTALL),
    "rel": re.compile("noopener nofollow noreferrer"),
    "loading": re.compile("lazy"),
    "tabindex": re.compile("0"),
    "colspan": re.compile(r"\d+"),
    "rowspan": re.compile(r"\d+"),
    "start": re.compile(r"\d+"),
}
# Parsed once more, as part of a page: what a sanitiser let through may turn out something else.
LOOK_TWICE = """() => {
  document.body.innerHTML += document.body.innerHTML;
  const links = [...document.querySelectorAll("[href]")].map((link) => link.getAttribute("href"));
  return [Boolean(window.harmed), links];
}"""
HARM = "window.harm = () => { window.harmed = true; console.error('harm was done'); };"


class Wrong(HTMLParser):
    """Every tag and attribute of an HTML that is not known to be harmless."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INERT:
            self.found.append(tag)
        for name, value in attrs:
            if name not in SAYS or not SAYS[name].fullmatch(value or ""):
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)

    handle_pi = unknown_decl = handle_decl


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_but_harmless_markup_is_left(attack: str) -> None:
    assert not Wrong(safe_html(ATTACKS[attack], "j1")).found


def test_in_a_browser_nothing_runs_and_nothing_goes_out(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("/favicon.ico")  # a part of a page names no icon of its own
    page.add_init_script(HARM)
    for attack, markdown in ATTACKS.items():
        job = site.send(1, options={"outputs": ["markdown", "images"]})
        site.house.worker.texts = {"result.md": markdown.encode()}
        site.house.worker.work_off()
        answer = page.goto(f"/ui/jobs/{job.id}/text")
        assert answer.status == 200
        is_harmed, links = page.evaluate(LOOK_TWICE)
        assert not is_harmed, attack
        assert all(re.match("https?:|mailto:", link) for link in links), attack
    assert not complaints.unexpected


def test_harm_would_be_seen(page: Page, complaints: Complaints) -> None:
    complaints.allow(f"harm was done|asks another host: https://{OUTSIDE}/|ERR_|Failed to load")
    page.add_init_script(HARM)
    body = f'<img src=x onerror=harm()><img src="https://{OUTSIDE}/x.png">'
    page.route("**/control", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/control")
    page.wait_for_function("window.harmed")
    assert any(OUTSIDE in said for said in complaints.heard)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# A\n\n### B", "<h3>A</h3>\n<h5>B</h5>"),
        ("##### A\n\n###### B", "<h6>A</h6>\n<h6>B</h6>"),
        ("<h1 onclick=harm()>A</h1>", "A"),
        ("- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>"),
        ("7. a", '<ol start="7">\n<li>a</li>\n</ol>'),
        (
            "~~a~~ <!-- page 3: blank --> *b* `<c>`",
            "<p><s>a</s>  <em>b</em> <code>&lt;c&gt;</code></p>",
        ),
        (
            "<table>\n<tr><td rowspan=2 style=x>a<br>b</td></tr>\n</table>",
            '<table tabindex="0">\n<tbody><tr><td rowspan="2">a<br>b</td></tr>\n</tbody></table>',
        ),
        (
            "| a |\n| --- |",
            '<table tabindex="0">\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>',
        ),
        (
            "![figure](images/1_0.jpg)",
            '<p><img src="/v1/jobs/j1/outputs/images/1_0.jpg" alt="figure" loading="lazy"></p>',
        ),
        (
            "[a](https://b.example?c=d&e)",
            '<p><a href="https://b.example?c=d&amp;e" rel="noopener nofollow noreferrer">a</a></p>',
        ),
    ],
)
def test_what_a_document_means_stays(markdown: str, html: str) -> None:
    assert safe_html(markdown, "j1").strip() == html


def test_what_nests_without_end_is_rendered_and_inert() -> None:
    for text in ("> " * 20_000, "<b>" * 15_000, "- " * 20_000, "*a " * 15_000, "[" * 40_000):
        assert not Wrong(safe_html(text, "j1")).found
