"""What a PDF says of itself beside its words: links, bookmarks, tags."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, OutlineItem, String

from drawn_pdfs import Read, drawn_pdf, say
from pagemill.documents import PageOpener
from pagemill.documents.pdf import links as pdf_links
from pagemill.documents.pdf import pdfium
from pagemill.documents.pdf import tags as pdf_tags
from pagemill.model.document import PDF
from pagemill.model.page import OutlineEntry
from pagemill.testing.documents import text_pdf

Change = Callable[[pikepdf.Pdf], None]


def changed(data: bytes, change: Change) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def linked(*annotations: Dictionary, turn: int = 0) -> bytes:
    return drawn_pdf(say("words", 72, 700), Annots=Array(list(annotations)), Rotate=turn)


def link(uri: str, rect: Sequence[float] = (72, 690, 172, 710), **more: Any) -> Dictionary:
    action = Dictionary(S=Name.URI, URI=String(uri))
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array(rect), A=action, **more)


def test_links_have_boxes_as_seen(read: Read) -> None:
    (found,) = read(linked(link("https://example.org/a?b=1#c"))).marks.links
    assert found.url == "https://example.org/a?b=1#c"
    assert (found.box.x0, found.box.y0, found.box.x1, found.box.y1) == (72, 82, 172, 102)
    (turned,) = read(linked(link("https://example.org"), turn=90)).marks.links
    assert (turned.box.x0, turned.box.y0, turned.box.x1, turned.box.y1) == (690, 72, 710, 172)


def test_a_link_over_two_lines_has_a_box_for_each(read: Read) -> None:
    quads = Array([300, 710, 500, 710, 300, 700, 500, 700, 72, 698, 150, 698, 72, 688, 150, 688])
    found = read(linked(link("http://example.org", (72, 688, 500, 710), QuadPoints=quads)))
    assert [(mark.box.x0, mark.box.x1) for mark in found.marks.links] == [(300, 500), (72, 150)]


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("mailto:jane@example.org", "mailto:jane@example.org"),
        ("https://example.org/two words", "https://example.org/two%20words"),
        ("https://example.org/100%25", "https://example.org/100%25"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
    ],
)
def test_addresses_are_made_safe_to_write(read: Read, uri: str, url: str) -> None:
    assert [found.url for found in read(linked(link(uri))).marks.links] == [url]


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "file:///etc/passwd", "", "https://" + "x" * 3000, "page.html"]
)
def test_what_is_no_address_of_the_web_or_of_mail_is_no_link(read: Read, uri: str) -> None:
    assert read(linked(link(uri))).marks.links == ()


def test_links_inside_the_document_are_left_out(read: Read) -> None:
    jump = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[72, 690, 172, 710], Dest=Array([0, Name.Fit])
    )
    assert read(linked(jump)).marks.links == ()


def test_links_off_the_page_and_without_area_are_left_out(read: Read) -> None:
    off, flat = (2000, 690, 2100, 710), (72, 690, 72, 710)
    found = read(
        linked(link("http://a.org", off), link("http://b.org", flat), link("http://c.org"))
    )
    assert [mark.url for mark in found.marks.links] == ["http://c.org"]


def test_links_are_counted_up_to_a_limit(read: Read) -> None:
    many = [link(f"http://example.org/{n}") for n in range(pdf_links.MAX_LINKS + 50)]
    assert len(read(linked(*many)).marks.links) == pdf_links.MAX_LINKS


def test_links_survive_beside_a_filled_form(read: Read) -> None:
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.FreeText, Rect=[72, 500, 172, 520], Contents=String("note")
    )
    assert len(read(linked(note, link("http://example.org"))).marks.links) == 1


# ---------------------------------------------------------------- bookmarks


def outlined(items: list[OutlineItem], pages: int = 3, turn: int = 0) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.obj.Rotate = turn
        with pdf.open_outline() as outline:
            outline.root.extend(items)

    return changed(text_pdf(pages), change)


def entries(tmp_path: Path, data: bytes) -> list[tuple[OutlineEntry, ...]]:
    path = tmp_path / "outlined.pdf"
    path.write_bytes(data)
    document = PageOpener(4_000_000).open(path, PDF)
    found = [document.page(n + 1).native_text().marks.outline for n in range(document.pages)]
    document.close()
    return found


def test_bookmarks_stand_with_the_page_they_lead_to(tmp_path: Path) -> None:
    first = OutlineItem("One", 0, "XYZ", left=0, top=700)
    first.children.append(OutlineItem("One  and\ta half", 1, "FitH", top=500))
    found = entries(tmp_path, outlined([first, OutlineItem("Two", 1)]))
    assert found == [
        (OutlineEntry(1, "One", 92.0),),
        (OutlineEntry(2, "One and a half", 292.0), OutlineEntry(1, "Two", None)),
        (),
    ]


def test_bookmarks_of_turned_pages_stand_where_they_are_seen(tmp_path: Path) -> None:
    data = outlined([OutlineItem("Side", 0, "XYZ", left=100, top=700)], turn=90)
    assert entries(tmp_path, data)[0] == (OutlineEntry(1, "Side", 100.0),)


def test_a_bookmark_that_names_no_height_leads_to_the_page(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            for view in ([Name.XYZ, 100, None, None], [Name.Fit]):
                outline.root.append(OutlineItem("Any", Array([pdf.pages[0].obj, *view])))

    data = changed(text_pdf(1), change)
    assert [entry.y for entry in entries(tmp_path, data)[0]] == [None, None]


def test_bookmarks_that_jump_by_an_action_or_a_name_count_too(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(OutlineItem("By name", String("here")))
            action = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]))
            outline.root.append(OutlineItem("By action", action=action))
        target = Array([pdf.pages[1].obj, Name.XYZ, 0, 792, None])
        names = Array([String("here"), target])
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=names))

    found = entries(tmp_path, changed(text_pdf(2), change))
    assert [[entry.title for entry in page] for page in found] == [["By action"], ["By name"]]
    assert found[1][0].y == 0.0


def test_bookmarks_in_a_circle_end(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.extend([OutlineItem("One", 0), OutlineItem("Two", 0)])
        pdf.Root.Outlines.First.Next.Next = pdf.Root.Outlines.First
        pdf.Root.Outlines.First.First = pdf.Root.Outlines.First.Next

    titles = [entry.title for entry in entries(tmp_path, changed(text_pdf(1), change))[0]]
    assert sorted(titles) == ["One", "Two"]


def test_deep_outlines_end(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        top = pdf.make_indirect(Dictionary(Type=Name.Outlines))
        above = pdf.Root.Outlines = top
        for n in range(50):
            target = Array([pdf.pages[0].obj, Name.Fit])
            made = pdf.make_indirect(Dictionary(Title=String(str(n)), Parent=above, Dest=target))
            above.First = above.Last = made
            above = made

    found = entries(tmp_path, changed(text_pdf(1), change))[0]
    assert [entry.level for entry in found] == list(range(1, pdf_links.MAX_LEVEL + 1))


def test_bookmarks_are_read_once_for_a_document_and_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    title = pdf_links._title
    monkeypatch.setattr(pdf_links, "_title", lambda mark: asked.append(mark) or title(mark))
    monkeypatch.setattr(pdf_links, "MAX_BOOKMARKS", 40)
    found = entries(tmp_path, outlined([OutlineItem(f"{n}", n % 3) for n in range(100)]))
    assert len(asked) == 40
    assert sum(map(len, found)) == 40


# ---------------------------------------------------------------- tags


def tagged(content: str, kids: Callable[[pikepdf.Pdf], list[Any]], **roles: Name) -> bytes:
    """A document whose one page is tagged as `kids` says."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.StructParents = 0
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, RoleMap=Dictionary(**roles)))
        top = pdf.make_indirect(Dictionary(S=Name.Document, P=root, K=Array()))
        parents: dict[int, Any] = {}

        def hang(kid: Any, above: Any) -> Any:
            if isinstance(kid, int):
                parents[kid] = above
                return kid
            name, inner = kid
            made = pdf.make_indirect(Dictionary(S=Name("/" + name), P=above, Pg=page, K=Array()))
            for one in inner:
                made.K.append(hang(one, made))
            return made

        for kid in kids(pdf):
            top.K.append(hang(kid, top))
        of_page = pdf.make_indirect(Array([parents[n] for n in sorted(parents)]))
        root.K = top
        root.ParentTree = Dictionary(Nums=Array([0, of_page]))
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = Dictionary(Marked=True)

    return changed(drawn_pdf(content), change)


def marked(number: int, text: str, y: float, x: float = 72) -> str:
    return f"/Span <</MCID {number}>> BDC {say(text, x, y)} EMC\n"


def tags(read: Read, data: bytes) -> dict[str, str]:
    return {line.text: line.tag for line in read(data).lines}


def test_lines_have_the_type_that_the_tags_give(read: Read) -> None:
    content = marked(0, "A heading", 700) + marked(1, "a paragraph", 680) + marked(2, "\\225", 660)
    content += marked(3, "an item", 640) + marked(4, "a cell", 620)
    table = ("Table", [("TR", [("TD", [("P", [4])])])])
    item = ("L", [("LI", [("Lbl", [2]), ("LBody", [("P", [("Span", [3])])])])])
    found = tags(read, tagged(content, lambda _: [("H2", [0]), ("P", [1]), item, table]))
    assert list(found.values()) == ["H2", "P", "Lbl", "LI", "TD"]


def test_types_of_the_document_s_own_are_told_by_what_they_stand_for(read: Read) -> None:
    data = tagged(marked(0, "A heading", 700), lambda _: [("Chapter", [0])], Chapter=Name.H1)
    assert tags(read, data) == {"A heading": "H1"}


def test_headings_named_without_saying_so_are_headings(read: Read) -> None:
    data = tagged(marked(0, "A heading", 700), lambda _: [("Heading_2", [0])])
    assert tags(read, data) == {"A heading": "H2"}


def test_artifacts_of_a_tagged_page_are_told(read: Read) -> None:
    header = f"/Artifact <</Type /Pagination>> BDC {say('Report 2026', 72, 770)} EMC\n"
    data = tagged(header + marked(0, "text", 700), lambda _: [("P", [0])])
    assert tags(read, data) == {"Report 2026": "Artifact", "text": "P"}


@pytest.mark.parametrize("is_tagged", [True, False])
def test_artifacts_drawn_by_a_form_are_told(read: Read, is_tagged: bool) -> None:
    content = f"/Artifact BMC /Fm0 Do EMC {marked(0, 'text that goes on', 700)}"

    def change(pdf: pikepdf.Pdf) -> None:
        resources = pdf.pages[0].obj.Resources
        form = pdf.make_stream(
            say("Report 2026", 72, 770).encode(),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 612, 792],
            Resources=Dictionary(Font=resources.Font),
        )
        resources.XObject = Dictionary(Fm0=form)

    made = tagged(content, lambda _: [("P", [0])]) if is_tagged else drawn_pdf(content)
    found = tags(read, changed(made, change))
    assert found == {"Report 2026": "Artifact", "text that goes on": "P" if is_tagged else ""}


def test_a_page_of_nothing_but_artifacts_has_none(read: Read) -> None:
    drawn = f"/Artifact BMC {say('all of the text', 72, 700)} EMC"
    assert tags(read, drawn_pdf(drawn)) == {"all of the text": ""}


def test_a_page_without_tags_has_none(read: Read) -> None:
    assert tags(read, drawn_pdf(marked(0, "text", 700))) == {"text": ""}


def test_tags_in_a_circle_end(read: Read) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        top = pdf.Root.StructTreeRoot.K
        top.K[0].K.append(top)

    data = tagged(marked(0, "text", 700), lambda _: [("Sect", [("P", [0])])])
    assert tags(read, changed(data, change)) == {"text": "P"}


def test_elements_are_visited_up_to_a_limit(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    element_type = pdfium.element_type
    monkeypatch.setattr(pdfium, "element_type", lambda e: asked.append(e) or element_type(e))
    monkeypatch.setattr(pdf_tags, "MAX_STEPS", 30)
    content = "".join(marked(n, f"text{n}", 780 - 10 * n) for n in range(70))
    data = tagged(content, lambda _: [("P", [n]) for n in range(70)])
    found = tags(read, data)
    assert (found["text0"], found["text69"]) == ("P", "")
    assert len(asked) <= 30
