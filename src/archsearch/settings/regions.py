"""The region table: a CSV file with comment lines."""

import csv
from functools import lru_cache
from pathlib import Path

from archsearch.domain.regions import RegionRow, RegionTree
from archsearch.errors import SettingsError

COLUMNS = RegionRow._fields


def load_regions(path: Path) -> RegionTree:
    """Read the region table.

    Raises:
        SettingsError: It cannot be read, or a row is wrong.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path.name}：无法读取，应是 UTF-8 编码的 CSV 文件。") from exc
    return _tree(path.name, text)


@lru_cache(maxsize=2)
def _tree(name: str, text: str) -> RegionTree:
    """Make the tree, which nothing changes: archives opened one after another share it."""
    rows = []
    reader = csv.reader("" if line.startswith("#") else line for line in text.splitlines())
    for cells in reader:
        if cells and len(cells) != len(COLUMNS):
            place = f"{name} 第 {reader.line_num} 行"
            raise SettingsError(f"{place}：应有 {len(COLUMNS)} 列，实有 {len(cells)} 列。")
        if cells:
            rows.append(RegionRow(*cells))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise SettingsError(f"{name}：表头应是 {','.join(COLUMNS)}。")
    try:
        return RegionTree(rows[1:])
    except KeyError as exc:
        message = f"{name}：没有 {exc.args[0]} 这个上级、继任代码或级别，请检查引用它的行。"
        raise SettingsError(message) from exc
    except ValueError as exc:
        raise SettingsError(f"{name}：年份应是数字。") from exc
