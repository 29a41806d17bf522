"""Writes sample_data/inbox/ anew: ``python -m tools.make_sample_scans [FOLDER]``.

Scans of customers of the sample records, to be dropped into a watch folder. They are drawn with
whatever free font for Chinese the machine has, so that equal versions give equal looks, not bytes.
"""

import io
import json
import random
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from archsearch.domain.identifiers import person_check_char
from tools.sample_data.layout import SEED, make_sheaves
from tools.sample_data.scans import letter, rows_of, scanned, table

FOLDER = Path(__file__).parents[1] / "sample_data" / "inbox"
BRANCH = "华东分行"
_SEVENTEEN = "31010419880615972"
NEW = {
    "nature": "个人", "name": "林晓岚", "gender": "女", "birth_date": "1988-06-15",
    "id_number": _SEVENTEEN + person_check_char(_SEVENTEEN),
    "phones": ["13900007726"], "address": "上海市徐汇区桂花路18号3楼",
    "business_type": "个人贷款",
}  # fmt: skip
"""A customer of whom there is no record yet."""


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file: its path inside the folder, and its content."""
    dice = random.Random(SEED)
    person, other, company = known_customers()
    closing = "本人承诺以上信息真实有效，同意授信审查。"
    application = scanned(table("个人授信申请表", _rows(person), closing), dice)
    yield f"{person['name']}_{person['id_number'][-4:]}_授信申请表_20240305.jpg", _jpeg(application)
    pages = [letter("抵押物清单", _rows(other), "抵押物：自有住房一套，已评估。")]
    pages.append(letter("抵押人声明", _rows(other), "抵押人自愿以上述房产提供担保。"))
    yield "抵押资料.pdf", _pdf([scanned(page, dice) for page in pages])
    yield "抵押资料.pdf.json", _json({"证件号码": other["id_number"], "材料类型": "抵押资料"})
    licence = scanned(
        letter("企业信息登记表", _rows(company), "经营范围以登记机关核准为准。"), dice
    )
    yield "登记表.tif", _tiff(licence)
    said = {"统一社会信用代码": company["id_number"], "材料类型": "登记表"}
    yield "登记表.json", _json(said)
    opening = scanned(table("个人开户申请表", _rows(NEW), "本人已阅读并同意开户协议。"), dice)
    new = f"{NEW['name']}_{str(NEW['id_number'])[-4:]}_开户申请表_20240412.jpg"
    yield f"{BRANCH}/个人金融部/{new}", _jpeg(opening)
    yield (
        "IMG_0001.jpg",
        _jpeg(scanned(letter("客户回访记录", [("情况", "客户表示满意")], ""), dice)),
    )
    yield "扫描中断.pdf", _pdf([application])[:2000]


def known_customers() -> tuple[Mapping[str, Any], ...]:
    """Choose customers whom name and four digits tell from everybody else."""
    customers = [each for sheaf in make_sheaves() for each in sheaf.customers]
    names = [each["name"] for each in customers]
    known = [
        each
        for each in customers
        if len(str(each.get("id_number") or "")) == 18  # noqa: PLR2004 - the length of both kinds
        and str(each.get("department") or "").startswith(BRANCH)
        and names.count(each["name"]) == 1
        and each["secrecy"] == "内部"
    ]
    persons = [each for each in known if each["nature"] == "个人"]
    return persons[3], persons[8], next(each for each in known if each["nature"] == "企业")


def _rows(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(rows_of(values).items())


def _json(said: Mapping[str, Any]) -> bytes:
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _jpeg(page: Image.Image) -> bytes:
    return _saved([page], "JPEG", quality=45, optimize=True, dpi=(150, 150))


def _pdf(pages: list[Image.Image]) -> bytes:
    return _saved(pages, "PDF", save_all=True, append_images=pages[1:], resolution=150, quality=45)


def _tiff(page: Image.Image) -> bytes:
    black = page.point(lambda shade: 255 if shade > 150 else 0).convert("1")  # noqa: PLR2004
    return _saved([black], "TIFF", compression="group4", dpi=(150, 150))


def _saved(pages: list[Image.Image], kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    pages[0].save(file, kind, **options)
    return file.getvalue()


def main(folder: Path) -> None:
    """Replace the scans in a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in make_files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
