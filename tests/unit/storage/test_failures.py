import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from archsearch.errors import ArchsearchError, BusyError, ConflictError, StoreError
from archsearch.storage.database import Database
from archsearch.storage.failures import translated


def failure(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("driver's words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_FULL, StoreError, "磁盘空间不足"),
        (sqlite3.SQLITE_BUSY, BusyError, "稍后重试"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BusyError, "稍后重试"),
        (sqlite3.SQLITE_LOCKED, BusyError, "稍后重试"),
        (sqlite3.SQLITE_IOERR_WRITE, StoreError, "磁盘出错"),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreError, "已损坏"),
        (sqlite3.SQLITE_NOTADB, StoreError, "不是有效的数据库"),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreError, "只读"),
        (sqlite3.SQLITE_CANTOPEN, StoreError, "无法打开"),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, ConflictError, "已被占用"),
        (sqlite3.SQLITE_CONSTRAINT_NOTNULL, StoreError, "约束"),
        (sqlite3.SQLITE_ERROR, StoreError, "archsearch doctor"),
    ],
)
def test_each_kind_of_failure_has_its_own_words(
    code: int, kind: type[ArchsearchError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught, translated():
        raise failure(code)

    assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_waiting_too_long_for_a_connection_is_busy() -> None:
    with pytest.raises(BusyError), translated():
        raise PoolTimeoutError


def test_our_own_errors_pass_unchanged() -> None:
    mistake = ConflictError("先来后到")

    with pytest.raises(ConflictError) as caught, translated():
        raise mistake

    assert caught.value is mistake


def test_text_that_cannot_be_decoded_is_damage_and_is_not_quoted(database: Database) -> None:
    statement = text("SELECT CAST(x'E5BCA0E4BC9FFF' AS TEXT)")

    with pytest.raises(StoreError, match="已损坏") as caught, database.read() as connection:
        connection.execute(statement).all()

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
