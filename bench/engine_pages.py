"""The pages that engines are compared on, as PNG files that all of them read, by group.

Scans, receipts and images are the folder's documents as they are. Tables and papers are pages with
a text layer, drawn as pictures. Such pages, clean by nature, are also turned (`rotated`) and spoilt
(`degraded`); `accented` pages are drawn here. A page with a text layer and no transcription has
its layer as truth: its words count, their order does not.
"""

import subprocess
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

import pikepdf
from PIL import Image

from accents import LANGUAGES, drawn
from library import PEER_DPI, Sample, dpi_of, load, pictures
from pagemill.documents import PageOpener
from pagemill.engines import EngineRegistry
from pagemill.engines.languages import tesseract_code
from pagemill.model.options import AUTO, FAST
from pagemill.ports import ReadOptions
from pagemill.testing.degraded import usual
from score import plain

GROUP_OF = {
    "scans": "scans",
    "receipts": "receipts",
    "images": "images",
    "tables": "tables, papers",
    "born_digital": "tables, papers",
    "invoices": "tables, papers",
}
CLEAN = "tables, papers"
GROUPS = ("scans", "receipts", "images", "rotated", "degraded", "accented", CLEAN)
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180}
TURNS[270] = Image.Transpose.ROTATE_90
PAGES_OF_ONE, LEAST_WORDS = 4, 20
MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """A picture and what it says. `packs` is Tesseract's language for it that is installed."""

    path: Path
    group: str
    truth: str = ""
    optional: str = ""
    language: str = ""
    packs: str = "eng"
    is_ordered: bool = True

    @property
    def has_own_pack(self) -> bool:
        return self.packs == tesseract_code(self.language)


@dataclass(frozen=True, slots=True)
class _Candidate:
    sample: Sample
    number: int
    truth: str
    is_ordered: bool


def chosen_pages(folder: Path, work: Path, limit: int) -> list[Page]:
    """At most `limit` pages of each group, evenly over what there is, drawn into `work`."""
    found = [candidate for sample in load(folder) for candidate in _candidates(sample)]
    pages: list[Page] = []
    for group in dict.fromkeys(GROUP_OF.values()):
        own = [c for c in found if GROUP_OF.get(c.sample.kind) == group]
        pages += [_page(candidate, work) for candidate in evenly(own, limit)]
    clean = [c for c in found if GROUP_OF.get(c.sample.kind) == CLEAN and c.is_ordered]
    pages += _rotated(clean, work, limit)
    pages += _degraded(clean, work, limit)
    pages += evenly(list(_accented(work)), limit)
    return sorted(pages, key=lambda page: GROUPS.index(page.group))


def small_page(work: Path) -> Page:
    """Two words, for the time that a start takes."""
    drawn("Hello there", "DejaVuSans.ttf", (600, 200)).save(work / "small.png", dpi=(150, 150))
    return Page(work / "small.png", "small", "Hello there")


def evenly(things: Sequence, limit: int) -> list:
    count = min(limit, len(things))
    return [things[n * len(things) // count] for n in range(count)]


def as_pdf(pages: Sequence[Page]) -> Path:
    """The pictures as one PDF, without loss, each as large on paper as it is to Pagemill."""
    path = pages[0].path.with_suffix(".pdf")
    with pikepdf.new() as pdf:
        for page in pages:
            _add(pdf, page.path)
        pdf.save(path)
    return path


@cache
def packs_here() -> frozenset[str]:
    """Languages of the program `tesseract`; none if it is not installed."""
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return frozenset()
    return frozenset(listed.stdout.decode().split())


def _candidates(sample: Sample) -> Iterator[_Candidate]:
    """Pages of which there is a truth."""
    if sample.kind not in GROUP_OF or sample.password:
        return
    is_clean = GROUP_OF[sample.kind] == CLEAN
    parts = [part for part in (sample.truth or "").split("\f") if part.strip()]
    if len(parts) == sample.pages:
        for number, truth in enumerate(parts[:PAGES_OF_ONE], 1):
            if not is_clean or _says_enough(truth):
                yield _Candidate(sample, number, truth, is_ordered=True)
    elif is_clean and sample.path.suffix == ".pdf":
        yield from _by_text_layer(sample)


def _by_text_layer(sample: Sample) -> Iterator[_Candidate]:
    """Of pages whose layer Pagemill would trust."""
    document, engines = PageOpener(MAX_PIXELS).open(sample.path, "application/pdf"), _engines()
    fast = ReadOptions(mode=FAST)  # by the layer alone, without a look at the picture
    for number in range(1, min(document.pages, PAGES_OF_ONE) + 1):
        page = document.page(number)
        text = "\n".join(line.text for line in page.native_text().lines)
        if _says_enough(text) and engines.route(page, AUTO, fast).engine == "text":
            yield _Candidate(sample, number, text, is_ordered=False)
    document.close()


@cache
def _engines() -> EngineRegistry:
    return EngineRegistry()


def _says_enough(text: str) -> bool:
    return len(plain(text).split()) >= LEAST_WORDS


def _page(candidate: _Candidate, work: Path) -> Page:
    sample = candidate.sample
    path = work / f"{sample.kind}-{sample.path.name}-{candidate.number}.png"
    if not path.exists():
        _save(_drawn(candidate), path, dpi_of(sample))
    return Page(
        path=path,
        group=GROUP_OF[sample.kind],
        truth=candidate.truth,
        optional=sample.optional,
        language=sample.language,
        packs=_packs(sample.language),
        is_ordered=candidate.is_ordered,
    )


def _rotated(clean: Sequence[_Candidate], work: Path, limit: int) -> Iterator[Page]:
    """A page comes twice only after every page came once."""
    degrees_of = list(TURNS)
    for number in range(min(limit, len(clean) * len(TURNS))):
        times, which = divmod(number, len(clean))
        degrees = degrees_of[(which + times) % len(TURNS)]
        page = _page(clean[which], work)
        path = page.path.with_stem(f"{page.path.stem}-turned-{degrees}")
        _save(Image.open(page.path).transpose(TURNS[degrees]), path, PEER_DPI)
        yield replace(page, path=path, group="rotated")


def _degraded(clean: Sequence[_Candidate], work: Path, limit: int) -> Iterator[Page]:
    """Each sort of harm once before any comes twice."""
    sorts = list(usual(PEER_DPI).items())
    for number in range(limit if clean else 0):
        name, degrade = sorts[number * len(sorts) // min(limit, len(sorts)) % len(sorts)]
        page = _page(clean[number % len(clean)], work)
        path = page.path.with_stem(f"{page.path.stem}-{number}-{name}")
        dpi = 72 if name == "72 dpi" else PEER_DPI
        _save(degrade(Image.open(page.path).convert("RGB")), path, dpi)
        yield replace(page, path=path, group="degraded")


def _accented(work: Path) -> Iterator[Page]:
    """None where the fonts are missing."""
    for language, text in LANGUAGES.items():
        for font in ("DejaVuSans.ttf", "DejaVuSerif.ttf"):
            path = work / f"{language}-{font}.png"
            try:
                _save(drawn(text, font), path, PEER_DPI)
            except OSError:
                return
            yield Page(path, "accented", text, "", language, _packs(language))


def _drawn(candidate: _Candidate) -> Image.Image:
    number = candidate.number
    (pixels,) = islice(pictures(candidate.sample), number - 1, number)
    return Image.fromarray(pixels)


def _save(picture: Image.Image, path: Path, dpi: int) -> None:
    picture.save(path, compress_level=1, **({"dpi": (dpi, dpi)} if dpi else {}))


def _packs(language: str) -> str:
    """Tesseract's name of the first language, or English where its pack is missing."""
    code = tesseract_code(language) if language else "eng"
    return code if code in packs_here() else "eng"


def _add(pdf: pikepdf.Pdf, path: Path) -> None:
    known = PageOpener(MAX_PIXELS).open(path, "image/png").page(1)
    with Image.open(path) as opened:
        picture = opened if opened.mode == "L" else opened.convert("RGB")
        space = "/DeviceGray" if picture.mode == "L" else "/DeviceRGB"
        stream = pdf.make_stream(
            zlib.compress(picture.tobytes(), 1),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=picture.width,
            Height=picture.height,
            ColorSpace=pikepdf.Name(space),
            BitsPerComponent=8,
            Filter=pikepdf.Name.FlateDecode,
        )
    page = pdf.add_blank_page(page_size=(known.width, known.height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    drawing = f"q {known.width:.6g} 0 0 {known.height:.6g} 0 0 cm /Im0 Do Q"
    page.Contents = pdf.make_stream(drawing.encode())
