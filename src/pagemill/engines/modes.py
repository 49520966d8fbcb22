"""Which OCR engine suits a page, and who reads letters that the first one cannot. Pure.

PP-OCR reads best. Where the processor multiplies bf16 or eight bits fast it is about as fast as
Tesseract, too; elsewhere it takes two to three times as long.
"""

from collections.abc import Collection, Sequence

from pagemill.engines.failures import UnreadScript
from pagemill.engines.languages import english_name, install_command, is_latin
from pagemill.engines.scripts import SCRIPTS, packs_for
from pagemill.errors import PagemillError
from pagemill.model.options import BEST, FAST
from pagemill.ports import Route

PPOCR, HYBRID, TESSERACT = "ppocr", "hybrid", "tesseract"


def preferred(mode: str, languages: Sequence[str], *, has_fast_ppocr: bool) -> tuple[str, ...]:
    """Our OCR engines, the one that suits `mode` best first.

    Tesseract comes first only where one language is named: it does not see that letters are
    not those it was told of, and more languages make it slower than the others.
    """
    if has_fast_ppocr or mode == BEST or not all(map(is_latin, languages)):
        return (PPOCR, TESSERACT)
    if mode == FAST and len(languages) == 1:
        return (TESSERACT, HYBRID, PPOCR)
    return (HYBRID, PPOCR, TESSERACT)


def rerouted(error: UnreadScript, installed: Collection[str]) -> tuple[Route, tuple[str, ...]]:
    """Tesseract, and the packs to read the script with, out of those `installed`. Raises
    `language_missing` naming what to install where none of them does.
    """
    packs = packs_for(error.script, installed)
    if not packs:
        message = f"{error.message}; Tesseract has no language data for them here"
        raise PagemillError("language_missing", message, _installing(error)) from error
    reason = f"{error.message[:1].lower()}{error.message[1:]}; read as {', '.join(packs)}"
    return Route(TESSERACT, reason), packs


def _installing(error: UnreadScript) -> str:
    known = SCRIPTS.get(error.script)
    if known is None:
        return error.hint
    likeliest = known.languages[0]
    command = install_command([likeliest])
    return f"Install {english_name(likeliest)}, or another language: `{command}`."
