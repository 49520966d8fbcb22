"""Scripts that PP-OCR has no letters for: what they are called, and who reads them.

A script goes by its ISO 15924 code, such as `Cyrl`. `Viet` is ours: it stands for Latin letters
with Vietnamese marks, which are no script of their own, but which PP-OCR lacks all the same.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pagemill.engines.failures import UnreadScript
from pagemill.engines.languages import english_name, install_command

VIETNAMESE = "Viet"
AT_ONCE = 3  # packs read with together: each more makes Tesseract slower
_ALWAYS = "eng"  # numbers, names and addresses stand in Latin letters anywhere
_NAMED = 2  # languages a hint gives as examples


@dataclass(frozen=True, slots=True)
class Script:
    """`languages` are Tesseract's names of those usually written so, the likeliest first; `pack` is
    its pack for whatever language is written so.
    """

    name: str
    languages: tuple[str, ...]
    pack: str


def _script(row: str) -> tuple[str, Script]:
    code, name, pack, *languages = row.split()
    return code, Script(name.replace("_", " "), tuple(languages), f"script/{pack}")


SCRIPTS = dict(
    map(
        _script,
        (
            "Cyrl Cyrillic Cyrillic rus ukr bul srp bel mkd kaz kir mon tgk tat uzb_cyrl aze_cyrl",
            "Grek Greek Greek ell grc",
            "Arab Arabic Arabic ara fas urd pus uig snd",
            "Hebr Hebrew Hebrew heb yid",
            "Deva Devanagari Devanagari hin mar nep san",
            "Thai Thai Thai tha",
            "Kore Korean Hangul kor",
            "Viet Vietnamese Vietnamese vie",
            "Armn Armenian Armenian hye",
            "Geor Georgian Georgian kat",
            "Beng Bengali Bengali ben asm",
            "Taml Tamil Tamil tam",
            "Telu Telugu Telugu tel",
            "Knda Kannada Kannada kan",
            "Mlym Malayalam Malayalam mal",
            "Gujr Gujarati Gujarati guj",
            "Guru Gurmukhi Gurmukhi pan",
            "Orya Odia Oriya ori",
            "Sinh Sinhala Sinhala sin",
            "Khmr Khmer Khmer khm",
            "Laoo Lao Lao lao",
            "Mymr Burmese Myanmar mya",
            "Tibt Tibetan Tibetan bod dzo",
            "Ethi Ethiopic Ethiopic amh tir",
        ),
    )
)


def packs_for(script: str, installed: Collection[str]) -> tuple[str, ...]:
    """Which of Tesseract's installed packs to read a script with, the best first: those of its
    usual languages, then the one of the script itself, `AT_ONCE` of them, and English. Empty where
    none of its own is installed, and for a script nobody knows.
    """
    known = SCRIPTS.get(script)
    if known is None:
        return ()
    own = [pack for pack in (*known.languages, known.pack) if pack in installed][:AT_ONCE]
    if own and _ALWAYS in installed:
        own.append(_ALWAYS)
    return tuple(own)


def unread_script(script: str, engine: str) -> UnreadScript:
    """Why `engine` does not read a page in one of `SCRIPTS`, and what would."""
    known = SCRIPTS[script]
    usual = known.languages[:_NAMED]
    return UnreadScript(
        script,
        f"The page is written in {known.name} letters, which {engine} cannot read",
        f"Name its language, such as {' or '.join(map(english_name, usual))}, and use the engine "
        f"tesseract or auto. The packs: `{install_command(usual)}`.",
    )
