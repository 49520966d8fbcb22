"""What a text's words say against its being a heading."""

import re

from pagemill.layout.document.numbering import section_number
from pagemill.model.markers import split_marker

_ADDRESS = re.compile(r"\S@\S+\.\w|https?://|www\.|\bdoi:", re.IGNORECASE)
_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janv|f[eé]v|mars|avr|mai|juin"
    r"|juil|ao[uû]t|enero|abril|agosto|gennaio|maggio|giugno|luglio|settembre|ottobre|dicembre)"
    r"[a-zäéû]*\.?"
)
_DATE = re.compile(
    rf"""
      (?: \w+day,? \s+ )? (?: (?:as\ of|dated?|on)\b:? \s+ )?
      (?: \d{{1,2}}(?:[snrt][tdh]|\.)? \s+ (?:de\ |of\ )? {_MONTH} (?:\ de)?,? (?: \s+ \d{{4}} )?
        | {_MONTH} \s+ \d{{1,2}}(?:[snrt][tdh])? ,? (?: \s+ \d{{4}} )?
        | {_MONTH} \s+ \d{{4}}
        | \d{{1,4}} [./-] \d{{1,2}} [./-] \d{{1,4}} )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(r"(?:[^\W\d_][\w'’-]*\.?|[A-Z]\.)", re.UNICODE)
_BY = re.compile(r"(?:by|von|par|por|da)\b", re.IGNORECASE)
_MARKED = re.compile(r"[^\W\d_]\d(?:,|\s|$)|,.{,20}\b\d{5,6}\b")  # or a postal code
_COMMA, _AND = re.compile(r"[,，;]"), re.compile(r",|;|\band\b|\bund\b|\bet\b|&|•|·")
_WORKPLACE = re.compile(
    r"(?<![^\W\d_])(?:Universit|Institut|Department of|Laborator|College|Hochschule)"
)
_CODE = re.compile(r"[={}]|\w\(|;$|^\W*[$#>]\s")
_PARTICLE = re.compile(r"van|von|de|der|den|des|la|le|di|da|del|do|dos|du|al")
# What titles of two or three words are made of, and names are not.
_OF_TITLES = re.compile(
    r"""
      \b(?:
          abstract | agenda | agreement | analysis | anhang | anleitung | annexe | annual
        | appendix | application | article | background | bericht | board | book | budget
        | catalogue | chapter | conclusion | contents | contract | contributions | data | design
        | discussion | document | draft | edition | einleitung | evaluation | example | executive
        | final | findings | foreword | form | general | getting | guide | guidelines | handbook
        | handbuch | history | index | information | informe | inhalt | instructions
        | introducción | introduction | invoice | journal | letter | list | management
        | manual | manuel | materials | meeting | memorandum | method | methods | minutes | model
        | newsletter | notes | notice | overview | paper | part | plan | policy | preface | press
        | problem | product | program | programme | project | proposal | protokoll | quarterly
        | quick | rapport | receipt | rechnung | recommendations | reference | references
        | release | report | research | results | resumen | review | rules | résumé | schedule
        | scope | section | service | software | sommaire | specification | standard | started
        | statement | status | strategy | study | subtitle | summary | survey | system
        | technical | terms | test | theory | title | tutorial | user | volume | work
        | workshop | zusammenfassung
      )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
MAX_NAMES = 4
SHORTEST = 2  # letters


def is_no_heading(text: str) -> bool:
    """Mostly no letters, an address of the web, a date, or the item of a list."""
    letters = sum(map(str.isalnum, text))
    alphas = sum(map(str.isalpha, text))
    if alphas < SHORTEST and not section_number(text):
        return letters < SHORTEST or not _is_unspaced(text)
    if 2 * alphas < len(text.replace(" ", "")) and not section_number(text):
        return True
    if _ADDRESS.search(text) or _DATE.fullmatch(text):
        return True
    return is_item(text)


def is_item(text: str) -> bool:
    """Whether it begins with a bullet, as the items of a list do."""
    marker = split_marker(text)
    return marker is not None and marker.is_bullet


def _is_unspaced(text: str) -> bool:
    return any(ord(char) > 0x2E80 for char in text)


def is_signed(text: str) -> bool:
    """Whether a line under a title says who wrote it, where and when, by more than names: by marks
    that lead to notes, a date, an address, a place of work.
    """
    if _BY.match(text) or _DATE.fullmatch(text) or _ADDRESS.search(text):
        return True
    if any(char in text for char in "†‡∗*§¹²³") or _MARKED.search(text):
        return True
    return names_workplace(text) or len(_COMMA.findall(text)) > MAX_NAMES


def is_names(text: str) -> bool:
    """Whether it may be names: a few words that begin with capitals."""
    people = _AND.split(text)
    names = [words for person in people if (words := person.removeprefix(" the ").split())]
    return bool(names) and all(len(words) > 1 and _is_name(words) for words in names)


def names_workplace(text: str) -> bool:
    """Whether it says where somebody works."""
    return _WORKPLACE.search(text) is not None


def _is_name(words: list[str]) -> bool:
    """With an initial in it, it may be several people's."""
    if _OF_TITLES.search(" ".join(words)):
        return False
    has_initial = any(len(word) == 2 and word[1] == "." for word in words)
    if len(words) > MAX_NAMES * (1 + has_initial):
        return False
    return all(
        _NAME.fullmatch(word) and (word[0].isupper() or _PARTICLE.fullmatch(word)) for word in words
    )


def is_sentence(text: str) -> bool:
    """Whether it ends as sentences do, or as the text before a list or an amount."""
    return text.endswith((".", ",", ";", ":", "。", "，", "；", "：")) and not text.endswith("..")


def is_code(text: str) -> bool:
    """Whether it looks like a call or an assignment in a program."""
    return _CODE.search(text) is not None
