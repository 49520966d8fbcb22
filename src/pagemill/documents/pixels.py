"""From whatever a picture file holds to upright RGB pixels of a given size."""

import math

import numpy as np
from PIL import Image

ORIENTATION = 0x0112  # EXIF: how the camera was held
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Bytes per pixel while a picture is decoded and brought to a mode that can be scaled.
_PEAK_BYTES = {"1": 2, "L": 1, "P": 5, "PA": 8, "I;16": 6, "I;16B": 6, "I;16L": 6, "I": 8, "F": 8}
MAX_HALVINGS = 3


def is_sideways(image: Image.Image) -> bool:
    """Whether width and height change places when it is turned upright."""
    return _orientation(image) >= 5


def peak_bytes(image: Image.Image, halvings: int = 0) -> int:
    """Memory that decoding takes at most, by the header, with sides halved that often."""
    width, height = (side >> halvings for side in image.size)
    return width * height * _PEAK_BYTES.get(image.mode, 4)


def shrink_while_decoding(image: Image.Image, target: tuple[int, int]) -> int:
    """Lets the decoder of a JPEG or JPEG 2000 leave out what `target` does not need. Returns how
    often the sides will be halved against `image.size`; a JPEG's size changes at once.
    """
    if image.format in {"JPEG", "MPO"}:
        image.draft(image.mode, target)
    if image.format != "JPEG2000":
        return 0
    spare = min(image.width / target[0], image.height / target[1])
    halvings = min(int(math.log2(spare)), MAX_HALVINGS) if spare >= 2 else 0
    image.reduce = halvings  # type: ignore[method-assign, assignment]
    return halvings


def upright_rgb(image: Image.Image, target: tuple[int, int]) -> np.ndarray:
    """Decodes, flattens on white, scales to `target` (before turning) and turns upright."""
    orientation = _orientation(image)
    image.load()
    scaled = _scalable(image)
    if scaled.size != target:
        scaled = scaled.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
    flat = _on_white(scaled).convert("RGB")
    if orientation in _TURNS:
        flat = flat.transpose(_TURNS[orientation])
    return np.array(flat)


def _orientation(image: Image.Image) -> int:
    """1 to 8; Pillow turns a TIFF by itself, and would decode a PNG to look for late EXIF."""
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _scalable(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged."""
    if "transparency" in image.info or image.mode in {"PA", "LA", "La", "RGBa"}:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "P":
        return image.convert("RGB")
    if image.mode.startswith(("I", "F")):
        return _grey_of_numbers(image)
    return image


def _grey_of_numbers(image: Image.Image) -> Image.Image:
    """Deep greys: 16 bits by their upper half, others by their own range."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((values >> 8).astype(np.uint8))
    values = np.nan_to_num(values.astype(np.float32))
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
