"""What languages are called, and who reads their letters.

People name a language by ISO 639-1 (`de`), 639-2 in either form (`deu`, `ger`), with a script or
region (`zh-Hant`, `pt-BR`), or as Tesseract does (`chi_sim`). Tesseract's name is the one used
inside, because its packs are files called so.
"""

from collections.abc import Iterable

# What people most often ask for, by Tesseract's names.
COMMON = (
    *("eng", "spa", "fra", "deu", "ita", "por", "nld", "pol", "rus", "ukr"),
    *("ara", "hin", "chi_sim", "jpn", "kor"),
)
CHINESE_SIMPLIFIED, CHINESE_TRADITIONAL, JAPANESE = "chi_sim", "chi_tra", "jpn"


def _table(text: str) -> dict[str, str]:
    return dict(row.split(":") for row in text.split())


def _name_table(text: str) -> dict[str, str]:
    return dict(row.split(" ", 1) for row in text.split(", "))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ISO 639-1 to Tesseract, where the alphabet is Latin and PP-OCRv6 has all of its letters.
_LATIN = _table(
    "af:afr az:aze bs:bos br:bre ca:cat ceb:ceb co:cos cs:ces cy:cym da:dan de:deu en:eng eo:epo "
    "es:spa et:est eu:eus fi:fin fil:fil fo:fao fr:fra frm:frm fy:fry ga:gle gd:gla gl:glg hr:hrv "
    "ht:hat hu:hun id:ind is:isl it:ita jv:jav ku:kmr la:lat lb:ltz lt:lit lv:lav mi:mri ms:msa "
    "mt:mlt nb:nor nl:nld nn:nor no:nor oc:oci pl:pol pt:por qu:que ro:ron sk:slk sl:slv sq:sqi "
    "su:sun sv:swe sw:swa tl:fil to:ton tr:tur uz:uzb"
)
# Latin alphabets of which Tesseract has no pack.
_LATIN_WITHOUT_PACK = _names(
    "an ast fj ha haw ia io kl lg ln mg nds ny om rm rn rw sc se sm sn so ss st tk tn ts wo xh zu"
)
# Everything else: other scripts, and Latin alphabets with letters PP-OCRv6 lacks (vi, yo).
_OTHERS = _table(
    "am:amh ar:ara as:asm be:bel bg:bul bn:ben bo:bod chr:chr dv:div dz:dzo el:ell fa:fas grc:grc "
    "gu:guj he:heb hi:hin hy:hye iu:iku iw:heb ja:jpn ka:kat kk:kaz km:khm kn:kan ko:kor ky:kir "
    "lo:lao mk:mkd ml:mal mn:mon mr:mar my:mya ne:nep or:ori pa:pan ps:pus ru:rus sa:san sd:snd "
    "si:sin sr:srp syr:syr ta:tam te:tel tg:tgk th:tha ti:tir tt:tat ug:uig uk:ukr ur:urd vi:vie "
    "yi:yid yo:yor zh:chi_sim"
)
_BIBLIOGRAPHIC = _table(
    "alb:sqi arm:hye baq:eus bur:mya chi:chi_sim cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell "
    "ice:isl mac:mkd mao:mri may:msa nno:nor nob:nor per:fas rum:ron slo:slk tgl:fil tib:bod "
    "wel:cym zho:chi_sim kur:kmr"
)
_BY_SCRIPT = _table(
    "zh_hans:chi_sim zh_hant:chi_tra zh_tw:chi_tra zh_hk:chi_tra zh_mo:chi_tra zho_hant:chi_tra "
    "chi_hant:chi_tra chi_sim:chi_sim chi_tra:chi_tra az_cyrl:aze_cyrl aze_cyrl:aze_cyrl "
    "sr_latn:srp_latn srp_latn:srp_latn uz_cyrl:uzb_cyrl uzb_cyrl:uzb_cyrl"
)
_ENGLISH = _name_table(
    "afr Afrikaans, amh Amharic, ara Arabic, asm Assamese, aze Azerbaijani, "
    "aze_cyrl Azerbaijani in Cyrillic, bel Belarusian, ben Bengali, bod Tibetan, bos Bosnian, "
    "bre Breton, bul Bulgarian, cat Catalan, ceb Cebuano, ces Czech, chi_sim Chinese simplified, "
    "chi_tra Chinese traditional, chr Cherokee, cos Corsican, cym Welsh, dan Danish, deu German, "
    "div Divehi, dzo Dzongkha, ell Greek, eng English, epo Esperanto, est Estonian, eus Basque, "
    "fao Faroese, fas Persian, fil Filipino, fin Finnish, fra French, frk German in Fraktur, "
    "frm Middle French, fry Frisian, gla Scottish Gaelic, gle Irish, glg Galician, "
    "grc Ancient Greek, guj Gujarati, hat Haitian, heb Hebrew, hin Hindi, hrv Croatian, "
    "hun Hungarian, hye Armenian, iku Inuktitut, ind Indonesian, isl Icelandic, ita Italian, "
    "jav Javanese, jpn Japanese, kan Kannada, kat Georgian, kaz Kazakh, khm Khmer, kir Kyrgyz, "
    "kmr Kurdish, kor Korean, lao Lao, lat Latin, lav Latvian, lit Lithuanian, "
    "ltz Luxembourgish, mal Malayalam, mar Marathi, mkd Macedonian, mlt Maltese, mon Mongolian, "
    "mri Maori, msa Malay, mya Burmese, nep Nepali, nld Dutch, nor Norwegian, oci Occitan, "
    "ori Odia, pan Punjabi, pol Polish, por Portuguese, pus Pashto, que Quechua, ron Romanian, "
    "rus Russian, san Sanskrit, sin Sinhala, slk Slovak, slv Slovenian, snd Sindhi, spa Spanish, "
    "sqi Albanian, srp Serbian, srp_latn Serbian in Latin letters, sun Sundanese, swa Swahili, "
    "swe Swedish, syr Syriac, tam Tamil, tat Tatar, tel Telugu, tgk Tajik, tha Thai, "
    "tir Tigrinya, ton Tongan, tur Turkish, uig Uyghur, ukr Ukrainian, urd Urdu, uzb Uzbek, "
    "uzb_cyrl Uzbek in Cyrillic, vie Vietnamese, yid Yiddish, yor Yoruba"
)
_TESSERACT = _LATIN | _OTHERS | _BIBLIOGRAPHIC
_PACKS = frozenset(_TESSERACT.values()) | frozenset(_BY_SCRIPT.values())
_PPOCR = (
    frozenset(_LATIN.values())
    | _LATIN_WITHOUT_PACK
    | {CHINESE_SIMPLIFIED, CHINESE_TRADITIONAL, JAPANESE, "srp_latn"}
)


def tesseract_code(code: str) -> str:
    """`de`, `ger`, `de-AT` and `deu` are all `deu`. A code that nobody knows comes back as it is,
    in lower case; the pack of a whole script, `script/Cyrillic`, in its own.
    """
    if "/" in code:
        return code
    whole = code.lower().replace("-", "_")
    base = whole.partition("_")[0]
    return _BY_SCRIPT.get(whole) or _TESSERACT.get(base) or base


def tesseract_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """In the same order, each once."""
    return tuple(dict.fromkeys(tesseract_code(code) for code in codes))


def has_pack(code: str) -> bool:
    """Whether Tesseract offers a language of this name at all, installed or not."""
    return tesseract_code(code) in _PACKS


def is_read_by_ppocr(code: str) -> bool:
    """Whether PP-OCRv6-small has the letters of this language.

    It knows Latin, Chinese and Japanese. On any other script it gives wrong letters with high
    confidence, so a code that is not known to be readable counts as unreadable.
    """
    return tesseract_code(code) in _PPOCR


def is_latin(code: str) -> bool:
    """Whether it is written in Latin letters, all of which PP-OCRv6-small knows."""
    own = tesseract_code(code)
    return own in _PPOCR and own not in {CHINESE_SIMPLIFIED, CHINESE_TRADITIONAL, JAPANESE}


def english_name(code: str) -> str:
    """`de`, `ger` and `deu` are all `German (deu)`; where no name is known, the code alone."""
    own = tesseract_code(code)
    return f"{_ENGLISH[own]} ({own})" if own in _ENGLISH else own


def install_command(codes: Iterable[str]) -> str:
    """What adds Tesseract's packs of these languages on Debian and Ubuntu, each once."""
    return "apt-get install " + " ".join(dict.fromkeys(debian_package(code) for code in codes))


def debian_package(code: str) -> str:
    """The package that brings Tesseract this language on Debian and Ubuntu."""
    return "tesseract-ocr-" + tesseract_code(code).replace("_", "-")
