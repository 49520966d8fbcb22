"""Signs of mathematics in TeX's fonts, which have no table of what their codes stand for."""

import io
from collections.abc import Sequence

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from drawn_pdfs import Read, drawn_pdf, has_edges_for_each_word, say, texts
from pagemill.documents.pdf.tex import font_of

SIGNS = "ABCDEF+CMSY10"
# 0 500 hsbw 50 0 rmoveto 400 hlineto 700 vlineto -400 hlineto closepath endchar
BOX = bytes((139, 248, 136, 13, 189, 139, 21, 248, 36, 6, 249, 80, 7, 252, 36, 6, 9, 14))


def typeset(content: str, *names: str, font: str = SIGNS) -> bytes:
    """F2 is an embedded font whose codes have these names: `48 /prime`."""
    program = font_program(font, names)
    with pikepdf.open(io.BytesIO(drawn_pdf(content))) as pdf:
        pdf.pages[0].obj.Resources.Font.F2 = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name(f"/{font}"),
            FirstChar=0,
            LastChar=127,
            Widths=Array([500] * 128),
            FontDescriptor=Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name(f"/{font}"),
                Flags=4,
                FontBBox=Array([0, 0, 500, 700]),
                ItalicAngle=0,
                Ascent=700,
                Descent=0,
                CapHeight=700,
                StemV=85,
                FontFile=pdf.make_stream(
                    b"".join(program),
                    Length1=len(program[0]),
                    Length2=len(program[1]),
                    Length3=len(program[2]),
                ),
            ),
        )
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def font_program(font: str, names: Sequence[str]) -> tuple[bytes, bytes, bytes]:
    """Adobe's "Type 1 Font Format" in the least space: each glyph is a box of 400 x 700."""
    box = encrypted(BOX, 4330)
    glyphs = ("/.notdef", *(name.split()[1] for name in names))
    private = (
        b"dup /Private 8 dict dup begin /-| {string currentfile exch readstring pop} executeonly "
        b"def /|- {noaccess def} executeonly def /| {noaccess put} executeonly def /BlueValues [] "
        b"def /password 5839 def 2 index /CharStrings %d dict dup begin " % len(glyphs)
    )
    for glyph in glyphs:
        private += b"%s %d -| %s |- " % (glyph.encode(), len(box), box)
    private += b"end end readonly put noaccess put dup /FontName get exch definefont pop "
    private += b"mark currentfile closefile "
    codes = "".join(f"dup {name} put\n" for name in names)
    head = (
        f"%!PS-AdobeFont-1.0: {font} 1.0\n12 dict begin /FontName /{font} def /FontType 1 def "
        "/PaintType 0 def /FontMatrix [0.001 0 0 0.001 0 0] def /FontBBox {0 0 500 700} def\n"
        f"/Encoding 256 array 0 1 255 {{1 index exch /.notdef put}} for\n{codes}readonly def\n"
        "currentdict end\ncurrentfile eexec\n"
    )
    tail = (b"0" * 64 + b"\n") * 8 + b"cleartomark\n"
    return head.encode(), encrypted(private, 55665), tail


def encrypted(plain: bytes, key: int) -> bytes:
    found = bytearray()
    for byte in bytes(4) + plain:
        found.append(byte ^ (key >> 8))
        key = ((found[-1] + key) * 52845 + 22719) & 0xFFFF
    return bytes(found)


def after_letter(code: str) -> str:
    return say("x", 72, 700) + say(code, 77, 700, font="F2")


@pytest.mark.parametrize(
    ("font", "name", "sign"),
    [
        (SIGNS, "48 /prime", "′"),
        (SIGNS, "107 /bardbl", "‖"),
        ("CMSY7", "104 /angbracketleft", "⟨"),
        ("LMMathSymbols10-Regular", "104 /angbracketleft", "⟨"),
        ("CMEX10", "88 /summationdisplay", "∑"),
        ("CMEX10", "83 /uniontext", "⋃"),
        ("CMMI10", "37 /rho1", "ϱ"),
        ("MSAM10", "93 /measuredangle", "∡"),
        ("MSBM10", "40 /subsetnoteql", "⊊"),
        ("CMEX10", "122 /bracehtipdownleft", ""),
        ("Symbols10", "107 /bardbl", "k"),
        (SIGNS, "107 /braceleft", "{"),
    ],
)
def test_a_code_without_a_name_in_unicode_is_the_sign_that_its_font_has_there(
    read: Read, font: str, name: str, sign: str
) -> None:
    code = chr(int(name.split(maxsplit=1)[0]))
    escaped = f"\\{code}" if code in "()\\" else code
    native = read(typeset(after_letter(escaped), name, font=font))
    assert texts(native) == [f"x{sign}"]
    assert bool(native.unmapped_share) == (font == "Symbols10")
    assert has_edges_for_each_word(native.lines[0])


@pytest.mark.parametrize(
    ("code", "name", "sign", "said"),
    [
        ("6", "54 /negationslash", "=", "≠"),
        ("7", "55 /mapsto", "!", "↦"),
        ("6", "54 /negationslash", "a", "/a"),
        (r"\015", "13 /circlecopyrt", "c", "©"),
        (r"\015", "13 /circlecopyrt", "7", "◯7"),
    ],
)
def test_two_signs_over_each_other_are_read_as_one(
    read: Read, code: str, name: str, sign: str, said: str
) -> None:
    stroke = say(code, 72, 700, font="F2")
    over = say(sign, 72, 700, font="F2" if sign == "!" else "F1")
    (line,) = read(typeset(stroke + over, name, "33 /arrowright")).lines
    assert line.text == said
    assert has_edges_for_each_word(line)


def test_a_stroke_that_stands_alone_stays(read: Read) -> None:
    drawn = say("6", 72, 700, font="F2") + say("=", 200, 700)
    assert texts(read(typeset(drawn, "54 /negationslash"))) == ["/", "="]


def test_only_tex_s_fonts_of_signs_are_meant() -> None:
    names = ("CMR10", "Helvetica", "XCMSY", "cmsy", "Courier10", "MyCMSY10")
    assert [font_of(name) for name in names] == [0] * len(names)
    assert len({font_of(f"A+{name}10") for name in ("CMSY", "CMEX", "CMMI", "MSAM", "MSBM")}) == 5
