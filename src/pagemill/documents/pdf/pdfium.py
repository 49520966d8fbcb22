"""PDFium's functions as plain calls on integers: handles are addresses.

A dense page has 10,000 characters and each wants three calls. Through pypdfium2's prototypes a call
spends most of its time on making pointer objects; through these it takes 0.2 µs. They keep the
GIL, which is right for calls this short in a process with one thread.
"""

import ctypes
from collections.abc import Iterator
from ctypes import PYFUNCTYPE, c_float, c_int, c_size_t, c_uint, c_ulong, c_void_p
from typing import Any

import pypdfium2.raw as raw


def address(handle: object) -> int:
    """The integer behind one of pypdfium2's pointers or functions."""
    return ctypes.cast(handle, c_void_p).value or 0  # type: ignore[arg-type]


def _plain(function: Any, result: Any, *arguments: Any) -> Any:  # noqa: ANN401  ctypes has no types
    return PYFUNCTYPE(result, *arguments)(address(function))


close_text = _plain(raw.FPDFText_ClosePage, None, c_void_p)
count_chars = _plain(raw.FPDFText_CountChars, c_int, c_void_p)
char_code = _plain(raw.FPDFText_GetUnicode, c_uint, c_void_p, c_int)
char_box = _plain(raw.FPDFText_GetLooseCharBox, c_int, c_void_p, c_int, c_void_p)
char_object = _plain(raw.FPDFText_GetTextObject, c_size_t, c_void_p, c_int)
char_is_unmapped = _plain(raw.FPDFText_HasUnicodeMapError, c_int, c_void_p, c_int)
char_matrix = _plain(raw.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
get_text = _plain(raw.FPDFText_GetText, c_int, c_void_p, c_int, c_int, c_void_p)

text_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
text_font = _plain(raw.FPDFTextObj_GetFont, c_void_p, c_void_p)
text_size = _plain(raw.FPDFTextObj_GetFontSize, c_int, c_void_p, c_void_p)
font_weight = _plain(raw.FPDFFont_GetWeight, c_int, c_void_p)
font_flags = _plain(raw.FPDFFont_GetFlags, c_int, c_void_p)
font_name = _plain(raw.FPDFFont_GetBaseFontName, c_ulong, c_void_p, c_void_p, c_ulong)

count_objects = _plain(raw.FPDFPage_CountObjects, c_int, c_void_p)
get_object = _plain(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_form_objects = _plain(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
get_form_object = _plain(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, c_ulong)
object_type = _plain(raw.FPDFPageObj_GetType, c_int, c_void_p)
object_matrix = _plain(raw.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)
object_bounds = _plain(
    raw.FPDFPageObj_GetBounds, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p
)
fill_color = _plain(
    raw.FPDFPageObj_GetFillColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p
)
stroke_color = _plain(
    raw.FPDFPageObj_GetStrokeColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p
)
count_segments = _plain(raw.FPDFPath_CountSegments, c_int, c_void_p)
get_segment = _plain(raw.FPDFPath_GetPathSegment, c_void_p, c_void_p, c_int)
segment_kind = _plain(raw.FPDFPathSegment_GetType, c_int, c_void_p)
segment_point = _plain(raw.FPDFPathSegment_GetPoint, c_int, c_void_p, c_void_p, c_void_p)
segment_closes = _plain(raw.FPDFPathSegment_GetClose, c_int, c_void_p)
draw_mode = _plain(raw.FPDFPath_GetDrawMode, c_int, c_void_p, c_void_p, c_void_p)
line_width = _plain(raw.FPDFPageObj_GetStrokeWidth, c_int, c_void_p, c_void_p)
has_transparency = _plain(raw.FPDFPageObj_HasTransparency, c_int, c_void_p)
pixel_size = _plain(raw.FPDFImageObj_GetImagePixelSize, c_int, c_void_p, c_void_p, c_void_p)

marked_content = _plain(raw.FPDFPageObj_GetMarkedContentID, c_int, c_void_p)
count_marks = _plain(raw.FPDFPageObj_CountMarks, c_int, c_void_p)
get_mark = _plain(raw.FPDFPageObj_GetMark, c_void_p, c_void_p, c_ulong)
get_mark_name = _plain(raw.FPDFPageObjMark_GetName, c_int, c_void_p, c_void_p, c_ulong, c_void_p)
count_roots = _plain(raw.FPDF_StructTree_CountChildren, c_int, c_void_p)
get_root = _plain(raw.FPDF_StructTree_GetChildAtIndex, c_void_p, c_void_p, c_int)
get_element_type = _plain(raw.FPDF_StructElement_GetType, c_ulong, c_void_p, c_void_p, c_ulong)
count_children = _plain(raw.FPDF_StructElement_CountChildren, c_int, c_void_p)
get_child = _plain(raw.FPDF_StructElement_GetChildAtIndex, c_void_p, c_void_p, c_int)
child_content = _plain(raw.FPDF_StructElement_GetChildMarkedContentID, c_int, c_void_p, c_int)

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_SixFloats, _FourFloats, _FourInts, _TwoInts = c_float * 6, c_float * 4, c_uint * 4, c_int * 2


def matrix_of(pdf_object: int) -> Matrix:
    """Where an object lies in the space of its page or form (PDF 32000-1 §8.3.3)."""
    six = _SixFloats()
    return tuple(six) if object_matrix(pdf_object, ctypes.addressof(six)) else IDENTITY


def matrix_at(text: int, index: int) -> Matrix:
    """How a character is turned and scaled on the page, forms around it included."""
    six = _SixFloats()
    return tuple(six) if char_matrix(text, index, ctypes.addressof(six)) else IDENTITY


def product(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies `first`, then `then`."""
    a, b, c, d, e, f = first
    k, l, m, n, o, p = then  # noqa: E741  the letters of the formula
    return (
        a * k + b * m,
        a * l + b * n,
        c * k + d * m,
        c * l + d * n,
        e * k + f * m + o,
        e * l + f * n + p,
    )


def size_in_text_space(text_object: int) -> float:
    size = c_float()
    return size.value if text_size(text_object, ctypes.addressof(size)) else 0.0


def fill_of(pdf_object: int) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity, 0 to 255 each."""
    parts = _FourInts(0, 0, 0, 255)
    at = ctypes.addressof(parts)
    fill_color(pdf_object, at, at + 4, at + 8, at + 12)
    return tuple(parts)


def stroke_of(pdf_object: int) -> tuple[int, int, int, int]:
    """As `fill_of`, of the line around a shape."""
    parts = _FourInts(0, 0, 0, 255)
    at = ctypes.addressof(parts)
    stroke_color(pdf_object, at, at + 4, at + 8, at + 12)
    return tuple(parts)


def drawn_how(path: int) -> tuple[bool, bool]:
    """Whether a path is filled, and whether it is stroked."""
    modes = _TwoInts()
    at = ctypes.addressof(modes)
    draw_mode(path, at, at + 4)
    return modes[0] != raw.FPDF_FILLMODE_NONE, bool(modes[1])


def segments_of(path: int) -> Iterator[tuple[int, float, float, bool]]:
    """Kind of each segment, where it ends in the space of the path, and whether it closes."""
    x, y = c_float(), c_float()
    at_x, at_y = ctypes.addressof(x), ctypes.addressof(y)
    for index in range(count_segments(path)):
        segment = get_segment(path, index)
        segment_point(segment, at_x, at_y)
        yield segment_kind(segment), x.value, y.value, bool(segment_closes(segment))


def line_width_of(path: int) -> float:
    width = c_float()
    return width.value if line_width(path, ctypes.addressof(width)) else 0.0


def bounds_of(pdf_object: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in the space of its page or form."""
    edges = _FourFloats()
    at = ctypes.addressof(edges)
    object_bounds(pdf_object, at, at + 4, at + 8, at + 12)
    return tuple(edges)


def base_font_name(font: int) -> str:
    buffer = ctypes.create_string_buffer(128)
    font_name(font, ctypes.addressof(buffer), 128)
    return buffer.value.decode("utf-8", "replace")


def image_pixels(image: int) -> tuple[int, int]:
    width, height = c_uint(), c_uint()
    pixel_size(image, ctypes.addressof(width), ctypes.addressof(height))
    return width.value, height.value


def element_type(element: int) -> str:
    """The standard type that the document's own stands for."""
    buffer = ctypes.create_string_buffer(64)
    length = get_element_type(element, ctypes.addressof(buffer), 64)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace") if 2 < length <= 64 else ""


def mark_name(mark: int) -> str:
    buffer, length = ctypes.create_string_buffer(64), c_ulong()
    get_mark_name(mark, ctypes.addressof(buffer), 64, ctypes.addressof(length))
    return (
        buffer.raw[: length.value - 2].decode("utf-16-le", "replace")
        if 2 < length.value <= 64
        else ""
    )
