import re
import textwrap
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from archsearch.domain.plan import Channel
from archsearch.domain.schema import FieldType
from archsearch.errors import SettingsError, WorkspaceError
from archsearch.security.masking import MaskStyle
from archsearch.settings.document import Setting, read
from archsearch.settings.loading import load
from archsearch.settings.model import MaskSettings, Options
from archsearch.settings.workspace import create_workspace, defaults_folder

DEFAULTS = defaults_folder() / "archsearch.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return create_workspace(tmp_path / "archive").root


def configure(root: Path, text: str) -> None:
    (root / "archsearch.yaml").write_text("version: 1\n" + textwrap.dedent(text), "utf-8")


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / "config" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def message_of(root: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as error:
        load(root, environ or {})
    return str(error.value)


def test_the_defaults_are_the_documented_ones(root: Path) -> None:
    settings = load(root, {})

    assert settings.options.search.enough_exact == 10
    assert settings.options.search.channels.enabled == frozenset(Channel)
    assert settings.options.ingest.defaults == {
        "secrecy": "内部", "retention": "10年", "status": "在档", "value_tier": "潜在",
    }  # fmt: skip
    assert settings.options.naming.categories["企业"] == "QY"
    assert settings.options.masks[FieldType.PHONE] == MaskSettings(MaskStyle.ENDS, 3, 4)
    assert settings.vocabularies["secrecy"].terms == ("公开", "内部", "秘密", "机密")
    assert settings.vocabularies["value_tier"].resolve("vip") == "高价值"
    assert settings.schema.by_key["contacts.phone"].sensitive
    assert [mapping.source for mapping in settings.mappings] == ["核心系统", "CRM"]
    assert settings.mappings[1].columns["联系人手机"] == "contacts.phone"
    found = settings.regions.resolve("华东")
    assert found is not None
    assert found.path == "华东"


def test_a_workspace_changes_single_keys_and_keeps_the_rest(root: Path) -> None:
    configure(root, "search:\n  enough_exact: 3\n  channels: {initials: false}\nnaming:\n")

    search = load(root, {}).options.search

    assert (search.enough_exact, search.limit) == (3, 20)
    assert Channel.INITIALS not in search.channels.enabled
    assert {Channel.EXACT, Channel.PINYIN} <= search.channels.enabled


def test_the_environment_comes_last(root: Path) -> None:
    configure(root, "search: {enough_exact: 3}\nnaming: {fonds: B1}\n")
    environ = {
        "ARCHSEARCH__SEARCH__ENOUGH_EXACT": "5",
        "ARCHSEARCH__SEARCH__CHANNELS__PINYIN": "false",
        "ARCHSEARCH__NAMING__CATEGORIES__企业": "001",
        "ARCHSEARCH_HOME": "elsewhere",
    }

    options = load(root, environ).options

    assert options.search.enough_exact == 5
    assert not options.search.channels.pinyin
    assert options.naming.categories == {"企业": "001", "个人": "GR", "政府": "ZF"}
    assert options.naming.fonds == "B1"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ARCHSEARCH__SERACH__LIMIT", "5", "没有这个键。是不是 search？"),
        ("ARCHSEARCH__SEARCH__LIMITT", "5", "没有这个键。是不是 limit？"),
        ("ARCHSEARCH__SEARCH__LIMIT__X", "5", "没有这个键。"),
        ("ARCHSEARCH__SEARCH", "5", "只能改单个值"),
        ("ARCHSEARCH__SEARCH__LIMIT", "many", "这里应是整数"),
        ("ARCHSEARCH__", "1", "没有这个键"),
    ],
)
def test_a_wrong_variable_is_named(root: Path, name: str, value: str, message: str) -> None:
    error = message_of(root, {name: value})

    assert name in error
    assert message in error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("serach:\n  limit: 5\n", "archsearch.yaml 第 2 行，serach：没有这个键。是不是 search？"),
        (
            "search:\n  limt: 5\n",
            "archsearch.yaml 第 3 行，search.limt：没有这个键。是不是 limit？",
        ),
        ("search:\n  limit: 0\n", "archsearch.yaml 第 3 行，search.limit：应在 1 到 1000 之间。"),
        (
            "search:\n  mode: fuzy\n",
            "archsearch.yaml 第 3 行，search.mode：没有 fuzy 这个值。是不是 fuzzy？",
        ),
        (
            "masks:\n  id_nummer: {style: full}\n",
            "archsearch.yaml 第 3 行，masks.id_nummer：没有 id_nummer 这个值。是不是 id_number？",
        ),
        (
            "ingest:\n  defaults:\n    secrecy: 内 部\n",
            (
                "archsearch.yaml 第 4 行，ingest.defaults.secrecy："
                "词表 secrecy 中没有 内 部。是不是 内部？"
            ),
        ),
        (
            "ingest:\n  defaults: {secrecies: 内部}\n",
            (
                "archsearch.yaml 第 3 行，ingest.defaults.secrecies："
                "元数据标准中没有字段 secrecies。是不是 secrecy？"
            ),
        ),
        (
            "audit: {keep_months: 5}\n",
            "archsearch.yaml 第 2 行，audit.keep_months：应在 6 到 1200 之间。",
        ),
        ("version: 1\n", "archsearch.yaml 第 2 行：键 version 重复，第 1 行已有。"),
        ("- x\n", "archsearch.yaml 第 2 行：YAML 格式有误"),
    ],
)
def test_a_mistake_in_the_options_is_named_with_file_line_and_key(
    root: Path, text: str, message: str
) -> None:
    configure(root, text)

    assert message_of(root).startswith(message)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "schema.yaml",
            "type: amount, sen",
            "type: amuont, sen",
            "没有 amuont 这个值。是不是 amount？",
        ),
        ("schema.yaml", "facet: true", "facets: true", "没有这个键。是不是 facet？"),
        (
            "schema.yaml",
            "vocabulary: nature",
            "vocabulary: nautre",
            "没有词表 nautre。是不是 nature？",
        ),
        ("schema.yaml", "label: 性别", "label: 户名", "名称 户名 已用于字段 name"),
        ("schema.yaml", "  gender:  ", "  Gender:  ", "小写字母"),
        ("schema.yaml", "  name:  ", "  nam:  ", "缺少字段 name"),
        ("schema.yaml", "vocabulary: gender, ", "vocabulary: gender, fields: {x: {}}, ", "group"),
        ("schema.yaml", "type: email, ", "type: email, facet: true, ", "不能统计"),
        (
            "schema.yaml",
            "sensitivity: C2, search: key",
            "sensitivity: C2, search: text",
            "整值检索",
        ),
        ("schema.yaml", "type: date, sen", "vocabulary: gender, type: date, sen", "只有 keyword"),
        ("schema.yaml", "version: 1", "version: x", "这里应是整数"),
        ("vocabularies.yaml", "[男性, ", "[女性, ", "女性 已属于 男"),
        ("vocabularies.yaml", "    借出:", "    外出:", "缺少 借出"),
        ("vocabularies.yaml", "secrecy:\n", "secrecies:\n", "缺少词表 secrecy"),
        ("vocabularies.yaml", "  open: true", "  opn: true", "没有这个键。是不是 open？"),
        ("mappings/crm.yaml", ": short_names", ": short_name", "是不是 short_names？"),
        ("mappings/crm.yaml", ": short_names", ": quality", "不能由导入的列填写"),
        ("mappings/crm.yaml", ": short_names", ": contacts", "不能由导入的列填写"),
        ("mappings/crm.yaml", "客户简称, 跟进人]", "客户简称, 跟踪人]", "是不是 跟进人？"),
        ("mappings/crm.yaml", "  secrecy: 内部", "  secrecys: 内部", "是不是 secrecy？"),
        ("mappings/crm.yaml", "source: CRM", "sorce: CRM", "是不是 source？"),
    ],
)
def test_a_mistake_in_another_file_is_named_with_file_and_line(
    root: Path, name: str, old: str, new: str, message: str
) -> None:
    edit(root, name, old, new)

    error = message_of(root)

    assert re.match(rf"config/{re.escape(name)} 第 \d+ 行", error)
    assert message in error


def test_a_file_of_the_workspace_takes_the_place_of_the_default(root: Path) -> None:
    edit(root, "vocabularies.yaml", "VIP客户, ", "超级客户, ")
    (root / "config/mappings/crm.yaml").unlink()
    (root / "config/schema.yaml").unlink()

    settings = load(root, {})

    assert settings.vocabularies["value_tier"].resolve("超级客户") == "高价值"
    assert settings.vocabularies["value_tier"].resolve("VIP客户") is None
    assert len(settings.mappings) == 1
    assert "name" in settings.schema.by_key


def test_an_own_region_table_is_used_and_checked(root: Path) -> None:
    header = "code,name,level,parent,since,until,successor,aliases\n"
    table = root / "config" / "regions.csv"
    table.write_text(f"# ours\n{header},本行,great,,,,,\n", "utf-8")
    assert [region.path for region in load(root, {}).regions] == ["本行"]

    for rows, message in {
        "": "表头",
        header + "1,2\n": r"第 2 行：应有 8 列，实有 2 列",
        header + "110000,北京市,province,华北,,,,\n": "没有 华北 这个上级",
        header + ",华北,huge,,,,,\n": "没有 huge 这个上级",
        header + ",华北,great,,long ago,,,\n": "年份",
    }.items():
        table.write_text(rows, "utf-8")
        with pytest.raises(SettingsError, match=message):
            _ = load(root, {}).regions


def test_two_option_files_are_one_too_many(root: Path) -> None:
    (root / "config" / "archsearch.yaml").write_text("version: 1\n")

    assert "只能有一个" in message_of(root)


def test_a_workspace_of_a_newer_version_is_refused(root: Path) -> None:
    (root / "archsearch.yaml").write_text("# later\nversion: 2\n")

    with pytest.raises(WorkspaceError, match=r"archsearch\.yaml 第 2 行.*升级"):
        load(root, {})


def test_fingerprints_change_with_what_they_stand_for_and_with_nothing_else(root: Path) -> None:
    before = load(root, {})
    configure(root, "search: {limit: 5}\n")
    edit(root, "schema.yaml", "# Metadata schema", "# The metadata schema")
    same = load(root, {})
    edit(root, "user_dictionary.txt", "授信额度", "授信总额度")
    words = load(root, {})
    edit(root, "schema.yaml", "weight: 4.0", "weight: 5.0")
    schema = load(root, {})
    edit(root, "vocabularies.yaml", "钻石, ", "")
    terms = load(root, {})

    assert same.schema_fingerprint == words.schema_fingerprint == before.schema_fingerprint
    assert schema.schema_fingerprint != before.schema_fingerprint
    assert same.vocabulary_fingerprint == before.vocabulary_fingerprint
    stages = [before, words, terms]
    assert len({stage.vocabulary_fingerprint for stage in stages}) == 3


def test_every_key_of_the_options_is_documented() -> None:
    """A comment stands above each key, or above the unbroken run of keys it belongs to."""
    lines = DEFAULTS.read_text("utf-8").splitlines()

    def documented(setting: Setting) -> bool:
        indent = " " * (setting.key.count(".") * 2)
        for line in reversed(lines[: setting.line - 1]):
            if line.startswith(f"{indent}# "):
                return True
            if not line.startswith(indent) or not line:
                return False
        return False

    keys = [setting for setting in walk(read(DEFAULTS)) if setting.key]
    undocumented = {setting.key for setting in keys if not documented(setting)}
    # Headings of sections need none, their keys have theirs; these maps are explained as one.
    explained = {key for key in undocumented if key.startswith(("naming.categories.", "masks."))}
    assert undocumented - explained == {"search", "ingest", "keys", "audit"}


def walk(setting: Setting) -> list[Setting]:
    members = setting.value.values() if isinstance(setting.value, dict) else ()
    return [setting] + [found for member in members for found in walk(member)]


def test_the_default_file_has_every_key_there_is() -> None:
    def keys(kind: type) -> set[str]:
        found = set()
        for name, hint in get_type_hints(kind).items():
            inner = keys(hint) if is_dataclass(hint) and isinstance(hint, type) else set()
            found |= {f"{name}.{key}" for key in inner} or {name}
        return found

    shipped = {setting.key for setting in walk(read(DEFAULTS))}

    assert keys(Options) <= shipped
