"""A picture as somebody sends it, decoded and made anew: nothing of the file itself is kept.

What comes out is pixels alone, so that places, names and whatever else was hidden in the file
are gone. Sizes are looked at before anything is decoded.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Protocol

from PIL import Image

from community.core.errors import RuleBroken, TooLarge
from community.core.i18n import gettext as _

MIB = 1024 * 1024
MAX_BYTES = 10 * MIB
_FORM = 64 * 1024
# What is decoded whole takes four bytes a point, and a WebP three times that.
MAX_PIXELS = {"JPEG": 25_000_000, "PNG": 25_000_000, "WEBP": 12_000_000}
MAX_SIDE = 20_000
LARGE, SMALL = 512, 128
TYPE = "image/jpeg"
_QUALITY = 85
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What a decoder says of a file that is not what it says it is.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# Each may take some 200 MB for a moment, however many people send one at once.
_places = BoundedSemaphore(2)


@dataclass(frozen=True)
class Made:
    """The square as JPEG: as large as a page shows it, and as small as it stands beside names."""

    large: bytes
    small: bytes


def read_picture(content: bytes, field: str = "file") -> Made:
    """The picture of a file; RuleBroken, naming `field` and the mend, for what is none or too large.

    Turned as its camera said, cut to the square in its middle, on white where one sees through it.
    Of several pictures in a file it is the first.
    """
    if not content:
        raise _refused(_("Choose a picture."), "no_picture", field)
    if len(content) > MAX_BYTES:
        raise _refused(_too_large(), "picture_too_large", field)
    with _places, _readable(field):
        image = Image.open(io.BytesIO(content), formats=tuple(MAX_PIXELS))
        _check_size(image, field)
        # A JPEG is decoded at an eighth of its size at best: no more than is needed.
        image.draft("RGB", (2 * LARGE, 2 * LARGE))
        square = _square(image)
        return Made(_written(square, LARGE), _written(square, SMALL))


@contextmanager
def _readable(field: str) -> Iterator[None]:
    try:
        yield
    except _BOMB as error:
        raise _too_many(min(MAX_PIXELS.values()), field) from error
    except _BROKEN as error:
        text = _("This cannot be read as a picture. Save it as JPEG, PNG or WebP and send that.")
        raise _refused(text, "not_a_picture", field) from error


def _check_size(image: Image.Image, field: str) -> None:
    width, height = image.size
    most = MAX_PIXELS[str(image.format)]
    if width * height > most or max(width, height) > MAX_SIDE:
        raise _too_many(most, field)


def _too_many(most: int, field: str) -> RuleBroken:
    text = _(
        "The picture has more than %(num)s million points, or one side is too long. Save it"
        " smaller.",
        num=most // 1_000_000,
    )
    return _refused(text, "picture_too_large", field)


def _square(image: Image.Image) -> Image.Image:
    """The middle, made small first and turned then, so that neither colour nor turning costs much."""
    turn = _TURNS.get(_orientation(image))
    factor = min(image.size) // (2 * LARGE)
    # Only pixels can be averaged: of a palette, colours are made first.
    plain = image.convert("RGBA") if image.mode in ("P", "PA", "1") else image
    plain = plain.reduce(factor) if factor > 1 else plain
    side = min(plain.size)
    left, top = (plain.width - side) // 2, (plain.height - side) // 2
    middle = _on_white(plain.crop((left, top, left + side, top + side)))
    small = middle.resize((LARGE, LARGE), Image.Resampling.LANCZOS) if side > LARGE else middle
    turned = small if turn is None else small.transpose(turn)
    # A comment of the file would go along with its pixels, and does not to another canvas.
    canvas = Image.new("RGB", turned.size)
    canvas.paste(turned)
    return canvas


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "I;16", "I;16B"):
        return image.point(lambda shade: shade / 256).convert("L").convert("RGB")
    if image.mode not in ("RGBA", "LA") and "transparency" not in image.info:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    white.alpha_composite(seen)
    return white.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (*_BROKEN, UserWarning):
        return 1


def _written(square: Image.Image, side: int) -> bytes:
    image = (
        square if square.width <= side else square.resize((side, side), Image.Resampling.LANCZOS)
    )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _too_large() -> str:
    return _("The picture is larger than %(num)s MiB. Save it smaller.", num=MAX_BYTES // MIB)


def _refused(text: str, code: str, field: str) -> RuleBroken:
    return RuleBroken(text, code=code, field=field)


class Stream(Protocol):
    """What an upload is read from."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""


def take_upload(announced: int | None) -> int:
    """How large a body with a picture may be; TooLarge for one that says it is larger."""
    most = MAX_BYTES + _FORM
    if (announced or 0) > most:
        raise TooLarge(_too_large(), code="picture_too_large", field="file")
    return most


def read_upload(stream: Stream) -> bytes:
    """The file, and one byte more at most than a picture may have."""
    return stream.read(MAX_BYTES + 1)
