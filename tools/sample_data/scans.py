"""Draws scans of filled-in forms, as a scanner would see them: tilted, grey, with dust."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)
"""Free fonts for Chinese, where systems keep them; any will do."""
_WIDTH: Final = 1000
_PAPER, _INK = 246, 40
_SIMPLIFIED: Final = 2
"""Place of the faces for mainland China in the collections of Noto."""

Rows = Sequence[tuple[str, str]]


def font() -> Path | None:
    """Find a font for Chinese; None if this machine has none."""
    return next((path for path in map(Path, FONTS) if path.is_file()), None)


def rows_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what a customer's form holds, by its label."""
    born = str(values.get("birth_date") or values.get("established_on") or "")
    year, _, rest = born.partition("-")
    month, _, day = rest.partition("-")
    phones = values.get("phones") or [""]
    person = values.get("nature") == "个人"
    rows = {
        "姓名" if person else "单位名称": str(values["name"]),
        "性别": str(values.get("gender") or ""),
        "证件号码" if person else "统一社会信用代码": str(values.get("id_number") or ""),
        "出生日期" if person else "成立日期": f"{year}年{int(month)}月{int(day)}日" if day else "",
        "联系电话": str(phones[0]),
        "地址": str(values.get("address") or ""),
        "业务类型": str(values.get("business_type") or ""),
    }
    return {label: said for label, said in rows.items() if said}


def table(title: str, rows: Rows, closing: str) -> Image.Image:
    """Draw a form with a box for each label and each value."""
    page, pen = _paper(len(rows) * 72 + 420)
    _title(pen, title)
    top = 190
    for label, said in rows:
        pen.rectangle((70, top, 320, top + 72), outline=_INK, width=2)
        pen.rectangle((320, top, _WIDTH - 70, top + 72), outline=_INK, width=2)
        pen.text((90, top + 17), label, fill=_INK, font=_face(28))
        pen.text((340, top + 17), _fitting(said, 590), fill=_INK, font=_face(28))
        top += 72
    _close(pen, top + 50, closing)
    return page


def letter(title: str, rows: Rows, closing: str) -> Image.Image:
    """Draw a form with a line for each value, behind its label and a colon."""
    page, pen = _paper(len(rows) * 78 + 420)
    _title(pen, title)
    top = 200
    for label, said in rows:
        start = pen.textlength(f"{label}：", font=_face(30)) + 90
        pen.text((90, top), f"{label}：", fill=_INK, font=_face(30))
        pen.text((start, top), _fitting(said, _WIDTH - 120 - int(start)), fill=_INK, font=_face(30))
        pen.line((start, top + 46, _WIDTH - 90, top + 46), fill=_INK, width=1)
        top += 78
    _close(pen, top + 30, closing)
    return page


def scanned(page: Image.Image, dice: random.Random) -> Image.Image:
    """Make a drawing look like a scan."""
    tilted = page.rotate(dice.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor=_PAPER)
    soft = tilted.filter(ImageFilter.GaussianBlur(dice.uniform(0.3, 0.9)))
    pen = ImageDraw.Draw(soft)
    for _ in range(60):
        x, y = dice.randrange(soft.width), dice.randrange(soft.height)
        pen.point((x, y), fill=dice.randrange(60, 200))
    return soft


def _paper(height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (_WIDTH, height), _PAPER)
    return page, ImageDraw.Draw(page)


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    wide = pen.textlength(title, font=_face(44))
    pen.text(((_WIDTH - wide) / 2, 80), title, fill=_INK, font=_face(44))


def _close(pen: ImageDraw.ImageDraw, top: int, closing: str) -> None:
    pen.text((90, top), closing, fill=_INK, font=_face(26))
    pen.text((_WIDTH - 420, top + 70), "申请人（签字）：", fill=_INK, font=_face(26))


def _fitting(said: str, width: int) -> str:
    return said if len(said) * 28 <= width or said.isascii() else said[: width // 28]


def _face(size: int) -> Any:
    path = font()
    if path is None:
        raise FileNotFoundError("no font for Chinese; install one of fonts-noto-cjk")
    return ImageFont.truetype(str(path), size, index=_SIMPLIFIED if "CJK" in path.name else 0)
