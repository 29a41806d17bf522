"""The metadata schema file: fields by key, groups with members."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema, Sensitivity
from archsearch.domain.vocabulary import Vocabulary
from archsearch.settings.binding import between, bind
from archsearch.settings.document import Setting
from archsearch.settings.vocabularies import known

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
NEEDED: Final = (
    "record_id", "name", "department", "owner", "secrecy", "retention", "status", "source",
    "source_id", "created_at", "updated_at", "quality",
)  # fmt: skip
"""Fields that archsearch itself keeps or reads."""

WORDED: Final = frozenset({FieldType.KEYWORD, FieldType.TAGS})
"""Types whose values a vocabulary can list."""


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """The options of a field as the file has them; its header explains each."""

    label: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    vocabulary: str | None = None
    sensitivity: Sensitivity = Sensitivity.C1
    facet: bool = False
    sortable: bool = False
    hierarchical: bool = False
    search: Matching = Matching.NONE
    default: bool = False
    weight: float = field(default=1.0, metadata=between(0, 100))
    system: bool = False


def make_schema(top: Setting, vocabularies: Mapping[str, Vocabulary]) -> Schema:
    """Make the schema of the file."""
    options = bind(replace(top, value={**top.mapping(), "fields": _EMPTY}), _SchemaOptions)
    fields = top.mapping().get("fields", _EMPTY).mapping()
    for key in NEEDED:
        if key not in fields:
            raise top.wrong(f"缺少字段 {key}，系统要用到。")
    taken: dict[str, str] = {}
    specs = tuple(_field(key, setting, vocabularies, taken) for key, setting in fields.items())
    return Schema(options.version, specs)


@dataclass(frozen=True, slots=True)
class _SchemaOptions:
    version: int = field(metadata=between(1, 10**6))
    fields: Mapping[str, str]


_EMPTY: Final = Setting({}, "", 0)


def _field(
    key: str,
    setting: Setting,
    vocabularies: Mapping[str, Vocabulary],
    taken: dict[str, str],
    group: str = "",
) -> FieldSpec:
    if not KEY.fullmatch(key):
        raise setting.wrong("字段的键应以小写字母开头，只含小写字母、数字和下划线，不超过 40 个。")
    members = dict(setting.mapping())
    inner = members.pop("fields", None)
    options = bind(replace(setting, value=members), FieldOptions)
    full = f"{group}{key}"
    _check(setting, options, inner, group)
    if options.vocabulary is not None:
        known(vocabularies, members["vocabulary"])
    for name in (full, options.label, *options.aliases):
        owner = taken.setdefault(name.casefold(), full)
        if owner != full:
            raise setting.wrong(f"名称 {name} 已用于字段 {owner}，查询和导入时会分不清。")
    below = inner.mapping() if inner else {}
    return FieldSpec(
        key=full,
        label=options.label,
        type=options.type,
        aliases=options.aliases,
        required=options.required,
        many=options.many,
        vocabulary=options.vocabulary,
        sensitivity=options.sensitivity,
        facet=options.facet,
        sortable=options.sortable,
        hierarchical=options.hierarchical,
        matching=options.search,
        default_search=options.default,
        weight=options.weight,
        system=options.system,
        fields=tuple(
            _field(name, member, vocabularies, taken, f"{full}.") for name, member in below.items()
        ),
    )


def _check(setting: Setting, options: FieldOptions, inner: Setting | None, group: str) -> None:
    if (options.type is FieldType.GROUP) != (inner is not None):
        raise setting.wrong("类型 group 的字段要有 fields，其他类型不能有。")
    if inner is not None and (group or not inner.mapping()):
        raise setting.wrong("组里要有字段，且组里不能再有组。")
    if options.vocabulary is not None and options.type not in WORDED:
        raise setting.wrong("只有 keyword 和 tags 类型的字段能用词表。")
    sensitive = options.sensitivity is not Sensitivity.C1
    if sensitive and (options.facet or options.sortable):
        raise setting.wrong("C2、C3 字段不能统计（facet）或排序（sortable），否则会泄露内容。")
    if sensitive and options.search in (Matching.TEXT, Matching.NAME):
        raise setting.wrong("C2、C3 字段只能整值检索（search: key）。")
