"""Signs of mathematics in TeX's fonts, which PDFium has no Unicode for and gives as bare codes.

The fonts come without a table of their own, but since 1979 each has had its signs in the same
places: Knuth, "Computer Modern Typefaces"; the AMS's "User's Guide to AMSFonts", appendix.
"""

import re

import numpy as np
from numpy.typing import NDArray

# Drawn over the sign that follows: a stroke, a bar and a hook. Unicode has the last two only as
# parts of arrows.
NEGATION, BAR, HOOK = "\u0338", "\ufdd0", "\ufdd1"
_NAME = re.compile(
    r"(?:^|\+)(?:(?P<sy>cmb?sy|lmmathsymbols)|(?P<ex>cmex|lmmathextension)"
    r"|(?P<mi>cmmib?|lmmathitalic)|(?P<sa>msam)|(?P<sb>msbm))\d",
    re.IGNORECASE,
)
_FONTS = ("", "sy", "ex", "mi", "sa", "sb")
# 128 places each. A blank stands for none, a soft hyphen for what says nothing in text: the ends
# of braces over and under terms.
_SIGNS = {
    "sy": "−·×∗÷⋄±∓⊕⊖⊗⊘⊙◯∘•≍≡⊆⊇≤≥⪯⪰∼≈⊂⊃≪≫≺≻←→↑↓↔↗↘≃⇐⇒⇑⇓⇔↖↙∝"
    f"′∞∈∋△▽{NEGATION}{BAR}∀∃¬∅ℜℑ⊤⊥ℵABCDEFGHIJKLMNOPQRSTUVWXYZ∪∩⊎∧∨"
    "⊢⊣⌊⌋⌈⌉{}⟨⟩|‖↕⇕\\≀√⨿∇∫⊔⊓⊑⊒§†‡¶♣♢♡♠",
    "ex": "()[]⌊⌋⌈⌉{}⟨⟩|‖/\\()()[]⌊⌋⌈⌉{}⟨⟩/\\()[]⌊⌋⌈⌉{}⟨⟩/\\/\\⎛⎞⎡⎤⎣⎦⎢⎥⎧⎫⎩⎭⎨⎬⎪⏐"
    "⎝⎠⎜⎟⟨⟩⨆⨆∮∮⨀⨀⨁⨁⨂⨂∑∏∫⋃⋂⨄⋀⋁∑∏∫⋃⋂⨄⋀⋁∐∐ˆˆˆ˜˜˜[]⌊⌋⌈⌉{}√√√√√\xad\xad‖↑↓\xad\xad\xad\xad⇑⇓",
    "mi": f"ΓΔΘΛΞΠΣΥΦΨΩαβγδεζηθικλμνξπρστυϕχψωεϑϖϱςφ↼↽⇀⇁{HOOK} ▷◁0123456789.,</>⋆"
    "∂ABCDEFGHIJKLMNOPQRSTUVWXYZ♭♮♯⌣⌢ℓabcdefghijklmnopqrstuvwxyzıȷ℘  ",
    "sa": "⊡⊞⊠□■·◊⧫↻↺⇌⇋⊟⊩⊪⊨↠↞⇇⇉⇈⇊↾⇂↿⇃↣↢⇆⇄↰↱⇝↭↫↬≗≿≳⪆⊸∴∵≑≜≾≲⪅⪕⪖⋞⋟≼≦⩽≶‵ ≓≒≽≧⩾≷"
    "⊏⊐▷◁⊵⊴★≬▼▶◀  △▲▽≖⋚⋛⪋⪌¥⇛⇚✓⊻⊼⩞∠∡∢∝⌣⌢⋐⋑⋓⋒⋏⋎⋋⋌⫅⫆≏≎⋘⋙⌜⌝®Ⓢ⋔∔∽⋍⌞⌟✠∁⊺⊚⊛⊝",
    "sb": "≨≩≰≱≮≯⊀⊁≨≩≰≱⪇⪈⋠⋡⋨⋩⋦⋧≰≱⪵⪶⪹⪺⪉⪊≁≇╱╲⊊⊋⊈⊉⫋⫌⫋⫌⊊⊋⊈⊉∦∤∤∦⊬⊮⊭⊯⋭⋬⋪⋫↚↛⇍⇏⇎↮⋇∅"
    "∄ABCDEFGHIJKLMNOPQRSTUVWXYZˆˆ˜˜ Ⅎ⅁    ℧ð≂ℶℷℸ⋖⋗⋉⋊∣∥∖∼≈≊⪸⪷↶↷ϝϰ𝕜ℏℏ∍",
}
_TABLE = np.array(
    [[ord(sign) for sign in _SIGNS.get(font, " " * 128)] for font in _FONTS], np.uint32
)


def font_of(name: str) -> int:
    """A number for TeX's fonts of signs by their PostScript name; 0 for all others."""
    found = _NAME.search(name)
    return _FONTS.index(str(found.lastgroup)) if found else 0


def signs_of(
    codes: NDArray[np.uint32], fonts: NDArray[np.int8], is_unmapped: NDArray[np.bool_]
) -> NDArray[np.uint32]:
    """The characters meant by codes that PDFium found no Unicode for; all others as they are."""
    meant = np.flatnonzero((fonts > 0) & (codes < 128) & (is_unmapped | (codes == 0)))
    if not len(meant):
        return codes
    signs = _TABLE[fonts[meant], codes[meant]]
    is_known = signs != ord(" ")
    found = codes.copy()
    found[meant[is_known]] = signs[is_known]
    return found
