from tests.unit.ingest.readers.conftest import Read


def test_each_line_is_a_row_at_its_line(read_file: Read) -> None:
    found = read_file("a.jsonl", '{"a": "一"}\n\n{"a": "二\u2028"}\r\n{"a": "三"}')

    assert found.values == [{"a": "一"}, {"a": "二\u2028"}, {"a": "三"}]
    assert found.positions == ["第 1 行", "第 3 行", "第 4 行"]


def test_bad_lines_do_not_spoil_the_ones_after_them(read_file: Read) -> None:
    bad = ['{"a": 1', '{"a": "x}', "{'a': 1}", '{"a": 1} {"b": 2}', "[1]", "[" * 100_000]
    bad += ['{"a": 1, "a": 2}', '{"a": NaN}', "姓名,电话", '{"a": "' + "x" * 5_000_000 + '"}']
    codes = ["json_syntax"] * 4 + ["row_not_object", "too_deep"]
    codes += ["json_duplicate_key", "json_number", "json_syntax", "row_too_long"]
    lines = [line for text in bad for line in (text, '{"好": 1}')]

    found = read_file("a.ndjson", "\n".join(lines))

    assert found.values == [{"好": 1}] * len(bad)
    assert found.problems == [(code, 2 * at + 1) for at, code in enumerate(codes)]


def test_a_last_line_without_its_end_is_a_cut_file(read_file: Read) -> None:
    whole = '{"a": 1}\n{"a": "二", "b": [1.5, null]}'

    for end in range(len('{"a": 1}\n') + 1, len(whole)):
        found = read_file("a.jsonl", whole[:end])

        assert found.values == [{"a": 1}]
        assert found.problems == [("truncated", 0)], whole[:end]


def test_gb18030_lines_are_read(read_file: Read) -> None:
    found = read_file("a.jsonl", '{"姓名": "张䶮"}\n{"姓名": "李四"}\n'.encode("gb18030"))

    assert found.values == [{"姓名": "张䶮"}, {"姓名": "李四"}]
