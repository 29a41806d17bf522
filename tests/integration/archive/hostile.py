"""A folder of everything that should not come in, among things that should."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import openpyxl

GOOD = {
    "好.jsonl": '{"record_id": "G1", "name": "甲公司"}\n{"record_id": "G2", "name": "乙公司"}',
    "好.json": '[{"record_id": "G3", "name": "丙公司"}]',
    "好.csv": "档号,客户名称\nG4,丁公司\n",
    "好.tsv": "档号\t客户名称\nG5\t戊公司\n",
    "好.yaml": "record_id: G6\nname: 己公司\n",
    "好.xml": "<rows><row><record_id>G7</record_id><name>庚公司</name></row></rows>",
    "里面/=好，'$(x).csv": "档号,客户名称\nG8,辛公司\n",
}
GOOD_IDS = frozenset(f"G{number}" for number in range(1, 13))

MIXED = {
    # Bad rows beside a good one.
    "重复键.jsonl": '{"name": "甲", "name": "乙"}\n{"record_id": "G9", "name": "壬公司"}',
    "数字.jsonl": '{"name": "甲", "notes": NaN}\n{"name": "乙", "notes": 1'
    + "0" * 400
    + '}\n{"record_id": "G10", "name": "癸公司"}',
    "半个字.jsonl": '{"name": "\\ud800"}\n{"record_id": "G11", "name": "子公司"}',
}

TEXTS = {
    "深.json": "[" * 100_000,
    "深.jsonl": '{"name":' + "[" * 100_000 + "]" * 100_000 + "}",
    "半截.json": '[{"name": "甲公司"}, {"name": "乙',
    "笑.xml": '<!DOCTYPE l [<!ENTITY a "哈"><!ENTITY b "'
    + "&a;" * 50
    + '"><!ENTITY c "'
    + "&b;" * 50
    + '">]><rows><row><name>&c;</name></row></rows>',
    "外.xml": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    "<rows><row><name>&x;</name></row></rows>",
    "远.xml": '<!DOCTYPE r SYSTEM "http://192.0.2.1/x.dtd"><rows><row><name>甲</name></row></rows>',
    "炸.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "\n".join(
        f"{this}: &{this} [{','.join(['*' + last] * 9)}]"
        for last, this in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "对象.yaml": "!!python/object/apply:os.system ['touch pwned']\n",
    "宽.csv": ",".join(f"c{number}" for number in range(200_000)) + "\n1\n",
    "空.csv": "",
    "冒充.xlsx": "这不是工作簿",
    "程序.exe": "MZ",
}


def make(folder: Path) -> frozenset[str]:
    """Fill the folder; give the names of what must be refused or hold a refused row."""
    for name, text in {**GOOD, **MIXED, **TEXTS}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    made = {*MIXED, *TEXTS, *_bytes(folder), *_specials(folder)}
    return frozenset(made)


def _bytes(folder: Path) -> list[str]:
    (folder / "混.csv").write_bytes(
        "客户名称\n甲公司\n".encode() + "乙公司\n".encode("gbk") + b"\xff\xfe\n"
    )
    (folder / "坏.jsonl").write_bytes(b'{"name": "\xff\xfe\xfd"}')
    (folder / "国标.csv").write_bytes("档号,客户名称\nG12,丑公司\n".encode("gb18030"))
    with gzip.open(folder / "弹.jsonl.gz", "wb", compresslevel=9) as bomb:
        bomb.write(b'{"name": "')
        for _ in range(300):
            bomb.write(b"a" * 1_000_000)
    whole = gzip.compress(json.dumps([{"name": "甲"}] * 1000).encode())
    (folder / "断.json.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "弹.xlsx").write_bytes(_workbook_bomb())
    return ["混.csv", "坏.jsonl", "弹.jsonl.gz", "断.json.gz", "弹.xlsx"]


def _workbook_bomb() -> bytes:
    book, plain = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户名称"])
    book.save(plain)
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            member.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for _ in range(200):
                member.write(b"<row><c><v>1</v></c></row>" * 40_000)
            member.write(b"</sheetData></worksheet>")
    return bomb.getvalue()


def _specials(folder: Path) -> list[str]:
    (folder / "链.csv").symlink_to("/etc/passwd")
    (folder / "圈").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "管道.jsonl")
    (folder / "目录.csv").mkdir()
    secret = folder.parent / "outside.csv"
    secret.write_text("客户名称\n外面的公司\n", "utf-8")
    (folder / "里面" / "上.csv").symlink_to("../../outside.csv")
    return ["链.csv", "管道.jsonl", "里面/上.csv"]
