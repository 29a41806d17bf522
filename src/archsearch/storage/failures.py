"""Database failures, told to people: the one place where driver errors become our own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from archsearch.errors import (
    ArchsearchError,
    BusyError,
    ConflictError,
    InvalidRequestError,
    StoreError,
)

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_BUSY_MESSAGE: Final = "档案库正被其他程序写入，请稍后重试。"
_DUPLICATE: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
)
_DUPLICATE_MESSAGE: Final = "要写入的编号（档号、来源编号或名称）已被占用，本批内容未写入。"
_MESSAGES: Final = {
    sqlite3.SQLITE_FULL: "磁盘空间不足，本次写入已全部撤销，原有档案完好；请清理磁盘后重试。",
    sqlite3.SQLITE_IOERR: "读写档案库时磁盘出错，本次操作已撤销；请检查磁盘空间与硬件后重试。",
    sqlite3.SQLITE_CORRUPT: "档案库文件已损坏；请停止写入，并从最近的备份恢复。",
    sqlite3.SQLITE_NOTADB: "档案库文件不是有效的数据库；请核对路径，或从备份恢复。",
    sqlite3.SQLITE_READONLY: "档案库为只读，无法写入；请检查文件与文件夹的权限。",
    sqlite3.SQLITE_CANTOPEN: "无法打开档案库文件；请检查路径、权限与磁盘空间。",
    sqlite3.SQLITE_PERM: "没有访问档案库文件的权限；请检查文件与文件夹的权限。",
    sqlite3.SQLITE_NOMEM: "内存不足，本次操作已撤销；请释放内存后重试。",
    sqlite3.SQLITE_CONSTRAINT: "写入内容违反档案库的约束，本次操作已撤销。",
}
_UNKNOWN: Final = "档案库操作失败，本次操作已撤销；请运行 archsearch doctor 检查。"


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever the database raises inside into one of our errors."""
    try:
        yield
    except UnicodeDecodeError:
        raise damaged() from None
    except UnicodeEncodeError:
        # The driver's message quotes the text.
        raise InvalidRequestError("内容含有无法保存的半个字符，请更正后重试。") from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        if _undecodable(error):
            # The driver's message quotes the text it could not decode.
            raise damaged() from None
        raise _explain(error) from error


def damaged() -> StoreError:
    """Make the error for content that cannot be what was once written."""
    return StoreError(_MESSAGES[sqlite3.SQLITE_CORRUPT])


def _explain(error: Exception) -> ArchsearchError:
    if isinstance(error, PoolTimeoutError):
        return BusyError(_BUSY_MESSAGE)
    extended = getattr(_cause(error), "sqlite_errorcode", None) or 0
    primary = extended & 0xFF
    if primary in _BUSY:
        return BusyError(_BUSY_MESSAGE)
    if extended in _DUPLICATE:
        return ConflictError(_DUPLICATE_MESSAGE)
    return StoreError(_MESSAGES.get(primary, _UNKNOWN))


def _undecodable(error: Exception) -> bool:
    cause = _cause(error)
    return (
        isinstance(cause, sqlite3.OperationalError)
        and not hasattr(cause, "sqlite_errorcode")
        and str(cause).startswith("Could not decode")
    )


def _cause(error: Exception) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error
