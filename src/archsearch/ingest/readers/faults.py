"""What readers say when something cannot be read: a fault of a row, or a refusal of the file."""

import re
from dataclasses import dataclass

from archsearch.domain.problem import Problem, Severity, Where
from archsearch.errors import ReadError


class RefusalError(ReadError):
    """Reading of a file ends here; rows yielded before stay good.

    Raised and caught inside the readers only, where it becomes a problem of the file as a whole.
    """

    def __init__(self, reason: str, message: str, position: str = "整个文件") -> None:
        super().__init__(message)
        self.reason = reason
        self.position = position

    def problem(self, source: str, severity: Severity = Severity.ERROR) -> Problem:
        """Report the refusal for a source."""
        where = Where(source, self.position, 0)
        return Problem(where, self.reason, self.message, severity=severity)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row; the rows after it can still be read."""

    code: str
    message: str

    def at(self, where: Where) -> Problem:
        """Report the fault for the row at a position."""
        return Problem(where, self.code, self.message)

    def refusal(self, position: str) -> RefusalError:
        """Refuse the whole file for it."""
        return RefusalError(self.code, self.message, position)


def truncated(position: str) -> RefusalError:
    """Build the refusal of a file that ends too early, after the given position."""
    return RefusalError("truncated", "文件不完整，后面的内容缺失；请重新导出或重新上传。", position)


def too_deep(limit: int) -> Fault:
    """Build the fault of a row that nests deeper than allowed."""
    return Fault("too_deep", f"嵌套层数超过 {limit} 层，请展开成普通的列。")


def too_long(limit: int) -> Fault:
    """Build the fault of a row with more text than allowed."""
    return Fault("row_too_long", f"这一行超过 {limit} 个字符，请检查引号是否成对、是否漏了换行。")


def cell_too_long(limit: int) -> Fault:
    """Build the fault of a row of which one value has more text than allowed."""
    return Fault("row_too_long", f"有一格超过 {limit} 个字符，请缩短，或把长文作为附件。")


def too_many_columns(limit: int) -> Fault:
    """Build the fault of a row with more columns than allowed."""
    return Fault("too_many_columns", f"列数超过 {limit} 列，请只导出需要的列。")


def not_an_object() -> Fault:
    """Build the fault of a row that has no column names."""
    return Fault("row_not_object", "这一条不是“列名: 值”的形式，无法对应到字段。")


_LONG_NUMBER = re.compile(r"\d{5,}")
_LONGEST_NAME = 40


def display_name(text: str) -> str:
    r"""Make a name from outside fit for messages: no control characters, no broken encoding.

    >>> display_name("a\nb.csv")
    'a\\nb.csv'
    """
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in clean
    )


def column_name(text: str) -> str:
    """Quote a column name in a message.

    Where a header line is missing, a row of data takes its place; so long numbers are hidden.
    """
    name = _LONG_NUMBER.sub("…", display_name(text[: _LONGEST_NAME + 1]))
    return f"“{name[:_LONGEST_NAME]}…”" if len(name) > _LONGEST_NAME else f"“{name}”"
