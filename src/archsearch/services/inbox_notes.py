"""What people are told of files in the watch folder: the text beside a file, the daily receipt."""

import io
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Final

from archsearch.domain.inbox import RETURNED, Entry, State, is_inside
from archsearch.ingest.inbox.folder import REASON
from archsearch.ingest.readers.faults import display_name
from archsearch.services.spreadsheets import write_csv

STATES: Final = {
    State.RECEIVED: "已收到",
    State.SETTLED: "待检查",
    State.CHECKED: "正在归档",
    State.ARCHIVED: "已归档",
    State.WAITING: "待补录",
    State.QUARANTINED: "已退回",
    State.REMOVED: "已取走",
}
_SIDECARS: Final = (".json", ".yaml", ".yml", ".xml")
_COLUMNS: Final = ("时间", "文件", "状态", "档号", "说明")


def reason_text(entry: Entry, what_is_known: Sequence[str] = ()) -> bytes:
    """Write what is the matter with a file, and what to do about it."""
    name = display_name(entry.home.rpartition("/")[2])
    returned = is_inside(entry.target or entry.path, RETURNED)
    lines = [f"文件：{name}", f"原来的位置：{display_name(entry.home)}", f"原因：{entry.message}"]
    lines += [f"已知：{'、'.join(what_is_known)}"] if what_is_known else []
    lines.append("怎么办：")
    if returned:
        lines += [
            "  1. 按上面的原因改好文件（或重新扫描、重新导出）；",
            "  2. 把改好的文件放回收件夹原来的位置，会自动重新处理；",
            "  3. 文件本身没有问题的，可以运行 archsearch inbox retry 再试一次。",
        ]
    elif name.lower().endswith(_SIDECARS):
        lines += [
            "  1. 按上面的原因改好这个说明文件；它要和所说明的扫描件放在一起；",
            "  2. 改好以后会自动重新处理，这张条子会自动消失。",
        ]
    else:
        lines += [
            "  1. 旁边已经有说明文件的，按上面的原因改好它；没有的，",
            f"     放一个 {name}.json，写明是哪位客户，例如",
            '     {"客户名称": "某某", "证件号码": "……", "材料类型": "合同"}',
            "     也可以写 档号；YAML、XML 也行；",
            "  2. 或者按命名规则改好文件名，放回收件夹；",
            "  3. 放好以后会自动归档，这张条子会自动消失。",
        ]
    lines += ["", f"（这张条子由系统写成；以 {REASON} 结尾的文件不会被归档。）"]
    # Notepad of older Windows takes a text without this mark for GBK.
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode("utf-8", "backslashreplace")


def receipt(entries: Iterable[Entry], zone: tzinfo) -> bytes:
    """Write the receipt of a day: what became of each file, for Excel."""
    file = io.BytesIO()
    write_csv(file, _COLUMNS, (_row(entry, zone) for entry in entries))
    return file.getvalue()


def _row(entry: Entry, zone: tzinfo) -> list[str]:
    at = entry.since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    ids = "、".join(entry.record_ids)
    cells = (at, display_name(entry.home), STATES[entry.state], ids, entry.message)
    return [cell.encode("utf-8", "backslashreplace").decode() for cell in cells]
