import gzip
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.domain.problem import Problem
from archsearch.ingest.readers.dicts import read_dicts
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.readers.reader import is_readable, read
from archsearch.ingest.rows import Row
from tests.unit.ingest.readers.conftest import Read, Reading

CSV = "姓名,电话\n张三,1\n"


def codes(items: Iterator[Row | Problem]) -> list[tuple[str, int]]:
    return Reading(list(items)).problems


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"姓名": "张三"}]'),
        ("a.jsonl", '{"姓名": "张三"}\n'),
        ("a.NDJSON", '{"姓名": "张三"}\n'),
        ("a.csv", "姓名\n张三\n"),
        ("a.tsv", "姓名\n张三\n"),
        ("a.yaml", "- 姓名: 张三\n"),
        ("a.YML", "- 姓名: 张三\n"),
        ("a.xml", "<记录集><记录><姓名>张三</姓名></记录></记录集>"),
    ],
)
def test_the_ending_chooses_the_format_and_gz_may_follow(
    read_file: Read, name: str, text: str
) -> None:
    for found in (
        read_file(name, text),
        read_file(name + ".gz", gzip.compress(text.encode())),
        read_file(name + ".GZ", gzip.compress(text.encode())),
    ):
        assert found.values == [{"姓名": "张三"}]
        assert found.problems == []


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.gz", "a.xls", ".json.bak", "a.json.zip"])
def test_an_unknown_format_is_an_error_when_named(read_file: Read, name: str) -> None:
    found = read_file(name, "x")

    assert found.problems == [("unknown_format", 0)]
    assert not is_readable(Path(name))


def test_links_pipes_sockets_and_folders_in_disguise_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.csv"))

        for name in ("link", "dangling", "pipe", "folder", "socket"):
            found = codes(read(tmp_path / f"{name}.csv"))

            assert found == [("not_regular_file", 0)], name
    assert len(list(read(tmp_path / "real.csv"))) == 1


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device to try")
def test_a_device_is_refused(tmp_path: Path) -> None:
    assert codes(read(Path("/dev/zero.csv"))) == [("unreadable", 0)]
    assert codes(read(Path("/dev/zero"))) == [("not_regular_file", 0)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a\0.csv", "path_forbidden"),
        ("a" * 4096 + ".csv", "path_forbidden"),
        ("b.csv", "unreadable"),
    ],
)
def test_impossible_and_missing_names_are_problems(tmp_path: Path, name: str, code: str) -> None:
    assert codes(read(tmp_path / name)) == [(code, 0)]


def test_names_in_messages_cannot_forge_lines_or_colours(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m\u202e.csv"
    path.write_text(CSV, encoding="utf-8")
    broken = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv")
    Path(broken).write_text(CSV, encoding="utf-8")

    names = {item.where.source for source in (path, Path(broken)) for item in read(source)}

    assert names == {r"a\n\x1b[31m\u202e.csv", r"\udcff.csv"}


def test_a_file_over_the_limit_is_refused_unread(read_file: Read) -> None:
    found = read_file("a.csv", CSV * 10, Limits(max_file_bytes=100))

    assert found.problems == [("too_large", 0)]
    assert found.values == []


def test_a_file_that_grows_while_it_is_read_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n', encoding="utf-8")
    items = read(path)
    first = next(items)

    with path.open("a", encoding="utf-8") as file:
        file.write('{"a"')
    rest = list(items)

    assert isinstance(first, Row)
    assert Reading(rest).problems == [("changed_while_reading", 0)]


def test_a_cut_file_that_is_still_being_written_is_not_called_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a"', encoding="utf-8")
    items = read(path)
    next(items)

    os.utime(path, ns=(1, 1))

    assert codes(items) == [("changed_while_reading", 0)]


def test_reading_can_stop_anywhere_and_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV * 3, encoding="utf-8")
    before = len(list(Path("/proc/self/fd").iterdir()))

    items = read(path)
    next(items)
    items.close()  # type: ignore[attr-defined]  # a generator

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_dicts_of_a_program_are_rows() -> None:
    found = list(read_dicts([{"姓名": "张三"}, {"姓名": "李四"}]))

    assert [dict(row.values) for row in found if isinstance(row, Row)] == [
        {"姓名": "张三"},
        {"姓名": "李四"},
    ]
    assert found[1].where.source == "提交的内容"
    assert found[1].where.number == 2


def test_hostile_dicts_are_problems() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    wide = {str(number): number for number in range(2_000)}
    rows = [deep, wide, {"a": "\ud800"}, {"a": "x" * 200_000}, [1], {"a": float("nan")}, {"a": 1}]

    found = read_dicts(rows)  # type: ignore[arg-type]  # a program may hand over anything

    assert codes(found) == [
        ("too_deep", 1),
        ("too_many_columns", 2),
        ("encoding", 3),
        ("row_too_long", 4),
        ("row_not_object", 5),
        ("json_number", 6),
    ]
    while deep:
        deep = deep.pop("a")  # type: ignore[assignment]  # taken apart, or freeing it recurses


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV, encoding="utf-8")
    path.chmod(0)

    assert codes(read(path)) == [("unreadable", 0)]


_SAMPLES = {
    "a.json": b'[{"a": "\\u4e00", "b": [1, {"c": null}]}, {"a": 1.5}]',
    "a.jsonl": b'{"a": "x", "b": [1, {"c": null}]}\n{"a": 1.5}\n',
    "a.csv": 'a,b\n"x, y",1\n张三,2\n'.encode("gb18030"),
    "a.yaml": "- a: 张三\n  b: [1, 'x']\n- {a: 1}\n".encode(),
    "a.xml": "<r><x n='1'><a>张三</a><a>2</a></x><x><a/></x></r>".encode(),
    "a.csv.gz": gzip.compress(b"a,b\n1,2\n", mtime=0),
}
_PIECES = [b'"', b"\n", b"\r", b",", b"{", b"[", b"]", b"<", b"&", b"*", b"!", b"\0", b"\xff"]
_EDITS = st.lists(
    st.tuples(
        st.integers(0, 80), st.integers(0, 8), st.sampled_from([b"", b": ", b"- ", *_PIECES])
    ),
    min_size=1,
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(sorted(_SAMPLES)), edits=_EDITS)
def test_no_damage_to_a_file_escapes_as_an_exception(
    read_file: Read, name: str, edits: list[tuple[int, int, bytes]]
) -> None:
    data = _SAMPLES[name]
    for start, length, piece in edits:
        data = data[:start] + piece + data[start + length :]

    found = read_file(name, data)

    assert found.items
    assert all(item.where.source == name for item in found.items)
