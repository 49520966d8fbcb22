"""Worse copies of a picture of a page, as scanners, telephones and savers of disk make them.

Every function takes a Pillow picture, grey or RGB, and gives a new one of the same mode: equal
arguments give equal pixels. The page keeps its size on paper, so only `coarse` changes the
resolution, and `skewed` alone moves what stands on the page.
"""

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageFilter

Degrade = Callable[[Image.Image], Image.Image]
_SEED = 7
_WHITE = 255


def noise(picture: Image.Image, sigma: float = 40.0) -> Image.Image:
    """Gaussian noise on every pixel, as of a camera in the dark; `sigma` of 255 levels."""
    pixels = np.asarray(picture)
    grain = np.random.default_rng(_SEED).normal(0.0, sigma, pixels.shape[:2])
    return _picture(pixels + _as_deep(grain, pixels))


def speckle(picture: Image.Image, share: float = 0.04) -> Image.Image:
    """Salt and pepper: that share of all pixels is made black or white, half of them each."""
    pixels = np.array(picture)
    dice = np.random.default_rng(_SEED).random(pixels.shape[:2])
    pixels[dice < share / 2] = 0
    pixels[dice > 1 - share / 2] = _WHITE
    return _picture(pixels)


def shadow(picture: Image.Image, darkest: float = 0.3) -> Image.Image:
    """Full light at the top left, `darkest` of it at the bottom right, as under a hand."""
    pixels = np.asarray(picture)
    down, across = (np.linspace(0.0, 1.0, side) for side in pixels.shape[:2])
    way = (down[:, None] + across[None, :]) / 2
    light = 1.0 - (1.0 - darkest) / (1.0 + np.exp(-12.0 * (way - 0.5)))
    return _picture(pixels * _as_deep(light, pixels))


def blur(picture: Image.Image, radius: float = 1.5) -> Image.Image:
    """Out of focus by that many pixels (the sigma of a Gaussian)."""
    return picture.filter(ImageFilter.GaussianBlur(radius))


def coarse(picture: Image.Image, shrink: float) -> Image.Image:
    """Both sides divided by `shrink`: a page of 150 dpi divided by 150 / 72 has 72 dpi."""
    size = (max(1, round(picture.width / shrink)), max(1, round(picture.height / shrink)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def squeezed(picture: Image.Image, quality: int = 20) -> Image.Image:
    """Through a JPEG of that quality (1 to 95)."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    with Image.open(out) as read_back:
        return read_back.convert(picture.mode)


def skewed(picture: Image.Image, degrees: float) -> Image.Image:
    """Laid on the glass askew, turned clockwise; the corners that come free are white and the
    picture grows, so that nothing is cut off.
    """
    white: int | tuple[int, ...] = _WHITE if picture.mode == "L" else (_WHITE,) * 3
    return picture.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=white)


def usual(dpi: int) -> Mapping[str, Degrade]:
    """One copy of each sort by its name, for a clean page drawn with `dpi`."""
    return {
        "noise": noise,
        "speckle": speckle,
        "shadow": shadow,
        "blur": lambda picture: blur(picture, dpi / 100),
        "72 dpi": lambda picture: coarse(picture, dpi / 72),
        "jpeg 20": squeezed,
        "skew 2": lambda picture: skewed(picture, 2.0),
        "skew 5": lambda picture: skewed(picture, 5.0),
        "skew 10": lambda picture: skewed(picture, 10.0),
    }


def _as_deep(plane: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """A plane to be laid over all channels alike."""
    return plane if pixels.ndim == 2 else plane[:, :, None]


def _picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(values), 0, _WHITE).astype(np.uint8))
