"""Pictures of the sample team's people: drawn here from their names, of nobody."""

import io
from random import Random

from PIL import Image, ImageDraw

_SIDE = 256
_WALLS = ("#d9e4dd", "#f1ddc9", "#d5def0", "#ecd7e2", "#e4e0cf", "#cfe6ea")
_SKINS = ("#f2d3b8", "#e0ac82", "#c68a5e", "#9a623d", "#6f4528", "#f6e0cc")
_HAIRS = ("#2b211c", "#5a3a22", "#a9713a", "#d8b26a", "#8d8d8d", "#7c2f1d")
_CLOTHES = ("#2f5d50", "#7a3b4a", "#35507a", "#8a6a2f", "#4a4a58", "#6d4a80")


def draw_face(name: str) -> bytes:
    """A PNG of somebody of this name: the same each time."""
    random = Random(name)
    wall, skin, hair, clothes = (random.choice(c) for c in (_WALLS, _SKINS, _HAIRS, _CLOTHES))
    image = Image.new("RGB", (_SIDE, _SIDE), wall)
    draw = ImageDraw.Draw(image)
    if random.random() < 0.5:
        draw.rounded_rectangle((72, 60, 184, 190), 50, fill=hair)
    draw.ellipse((28, 186, 228, 340), fill=clothes)
    draw.rectangle((110, 160, 146, 204), fill=skin)
    draw.ellipse((82, 66, 174, 186), fill=skin)
    draw.chord((78, 52, 178, 150), 180, 360, fill=hair)
    has_glasses = random.random() < 0.4
    for x in (106, 142):
        draw.ellipse((x, 118, x + 9, 129), fill="#2a2420")
        if has_glasses:
            draw.ellipse((x - 9, 109, x + 18, 138), outline="#2a2420", width=3)
    draw.arc((108, 130, 148, 164), 25, 155, fill="#8a3a34", width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
