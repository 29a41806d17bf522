from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archsearch.errors import SettingsError
from archsearch.settings import document
from archsearch.settings.document import Setting, nearest, parse, read


def plain(setting: Setting) -> object:
    """Strip the places off a tree."""
    if isinstance(setting.value, dict):
        return {key: plain(member) for key, member in setting.value.items()}
    if isinstance(setting.value, list):
        return [plain(item) for item in setting.value]
    return setting.value


def test_every_value_knows_its_line_and_dotted_key() -> None:
    top = parse("a: 1\nb:\n  c: {d: x}\n  e: [y, z]\n", "f.yaml")
    inner = top.mapping()["b"].mapping()

    assert plain(top) == {"a": "1", "b": {"c": {"d": "x"}, "e": ["y", "z"]}}
    assert (inner["c"].mapping()["d"].line, inner["c"].mapping()["d"].key) == (3, "b.c.d")
    assert inner["e"].items()[1].line == 4
    assert str(inner["e"].wrong("不对。")) == "f.yaml 第 4 行，b.e：不对。"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\na: 2\n", 2, "键 a 重复，第 1 行已有"),
        ("a: &x 1\n", 1, "锚点和引用"),
        ("a: 1\nb: *x\n", 2, "锚点和引用"),
        ("a: !!python/object:os.system x\n", 1, "标签"),
        ("a: !!int 3\n", 1, "标签"),
        ("a: 1\n---\nb: 2\n", 3, "只能有一份内容"),
        ("a: [1, 2\n", 2, "YAML 格式有误"),
        ("a:\n\t- 1\n", 2, "YAML 格式有误"),
        ("a: b: c\n", 1, "YAML 格式有误"),
        ("{[1]: 2}\n", 1, "键应是文字"),
        ("[" * 30 + "]" * 30, 1, "嵌套过深"),
        ("[" * 100_000, 1, "嵌套过深"),
    ],
)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_what_is_no_strict_yaml_is_refused_with_its_line(
    text: str, line: int, words: str, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_Loader", loader)

    with pytest.raises(SettingsError, match=words) as error:
        parse(text, "f.yaml")

    assert f"f.yaml 第 {line} 行" in str(error.value)


def test_a_yaml_bomb_is_refused_before_it_grows() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))

    with pytest.raises(SettingsError, match="锚点"):
        parse("l0: &l0 [x]\n" + levels, "f.yaml")


def test_unquoted_nothing_is_nothing_and_quoted_nothing_is_text() -> None:
    top = parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: no\n", "f.yaml")

    assert plain(top) == {"a": None, "b": None, "c": None, "d": "", "e": "null", "f": "no"}


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse("# nothing\n", "f.yaml").mapping() == {}


def test_merging_replaces_scalars_and_lists_and_descends_into_mappings() -> None:
    base = parse("a: {b: 1, c: 2}\nd: [1, 2]\ne: {f: 3}\n", "base")
    over = parse("a: {c: 9, z: 8}\nd: [5]\ne:\n", "over")

    merged = base.merged(over)

    assert plain(merged) == {"a": {"b": "1", "c": "9", "z": "8"}, "d": ["5"], "e": {"f": "3"}}
    assert merged.mapping()["a"].mapping()["b"].file == "base"
    assert merged.mapping()["a"].mapping()["c"].file == "over"


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("\ufeffa: 甲\n".encode())

    assert plain(read(path)) == {"a": "甲"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: 甲\n".encode("gbk"), "UTF-8"),
        (b"a: \x00\n", "不能使用的字符"),
        (b" " * (5 << 20), "过大"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=words) as error:
        read(path)

    assert "f.yaml" in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.yaml：无法读取"):
        read(tmp_path / "gone.yaml")


def test_the_nearest_word_or_the_choice_is_offered() -> None:
    assert nearest("serach", ("search", "ingest")) == "是不是 search？"
    assert nearest("zzz", ("b", "a")) == "可用：a、b。"


@given(
    st.recursive(
        st.text(alphabet="ab 甲:#-'\"{}[],\n", max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz甲"), inner),
        max_leaves=8,
    )
)
def test_whatever_yaml_writes_quoted_reads_back_as_it_was(value: object) -> None:
    text = yaml.safe_dump(value, default_style='"', allow_unicode=True)

    # safe_dump writes tags for nothing but text; empty collections are written plain.
    assert plain(parse(text, "f.yaml")) == value
