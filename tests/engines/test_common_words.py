"""Whether words are those of a language."""

from collections import Counter
from string import ascii_lowercase

import pytest

from pagemill.engines.common_words import is_language, surprise

FIRST_ARTICLES = {
    "cs": "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv",
    "de": "Die Menschen sind frei und gleich an Würde und Rechten geboren",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα",
    "en": "All human beings are born free and equal in dignity and rights",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos",
    "fi": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits",
    "hu": "Minden emberi lény szabadon születik és egyenlő méltósága és joga van",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw",
    "vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi",
}
WITHOUT_A_LIST = {
    "is": "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum",
    "sq": "Të gjithë njerëzit lindin të lirë dhe të barabartë në dinjitet dhe në të drejta",
}
NAMES = "Gerhard Oldenburg Wiesbaden Ingolstadt Kaiserslautern Hannover Rosenheim"


def words(text: str) -> Counter[str]:
    return Counter(text.lower().split())


@pytest.mark.parametrize("language", FIRST_ARTICLES)
def test_prose_holds_many_of_the_commonest_words_of_its_language(language):
    assert is_language(words(FIRST_ARTICLES[language]), 0.2)


def test_names_and_nonsense_hold_few():
    assert not is_language(words(NAMES), 0.2)
    assert not is_language(words("fmm ivnbo cfjoht bsf cpso gsff boe frvbm"), 0.2)
    assert not is_language(words(""), 0.2)


def test_words_of_different_languages_do_not_add_up():
    mixed = words(" ".join(text for text in FIRST_ARTICLES.values()))
    assert is_language(mixed, 0.05)
    assert not is_language(mixed, 0.2)


@pytest.mark.parametrize(
    "text",
    [
        NAMES,
        *WITHOUT_A_LIST.values(),
        *(v for k, v in FIRST_ARTICLES.items() if k not in {"el", "vi"}),
    ],
)
def test_letters_follow_each_other_as_in_any_language(text):
    swapped = text.lower().translate(str.maketrans(ascii_lowercase, ascii_lowercase[::-1]))
    assert surprise(words(text)) < 3.4 < surprise(words(swapped))


def test_no_words_surprise_nobody():
    assert surprise(Counter()) == 0
