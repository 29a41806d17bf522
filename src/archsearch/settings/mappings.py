"""Column mappings: one file a source system."""

from collections.abc import Iterable

from archsearch.domain.schema import FieldType, Schema
from archsearch.settings.binding import bind
from archsearch.settings.document import Setting, nearest
from archsearch.settings.model import SourceMapping


def make_mappings(files: Iterable[Setting], schema: Schema) -> tuple[SourceMapping, ...]:
    """Make the mappings of all files; every target must be a field of the schema."""
    return tuple(_mapping(top, schema) for top in files)


def _mapping(top: Setting, schema: Schema) -> SourceMapping:
    mapping = bind(top, SourceMapping)
    members = top.mapping()
    for target in members["columns"].mapping().values():
        _check_key(target, target.text(), schema)
    if "constants" in members:
        for key, value in members["constants"].mapping().items():
            _check_key(value, key, schema)
    if "match" in members:
        for column in members["match"].items():
            if column.text() not in mapping.columns:
                known = tuple(mapping.columns)
                raise column.wrong(
                    f"match 中的列 {column.text()} 不在 columns 里。{nearest(column.text(), known)}"
                )
    return mapping


def _check_key(setting: Setting, key: str, schema: Schema) -> None:
    spec = schema.by_key.get(key)
    if spec is None:
        raise setting.wrong(f"元数据标准中没有字段 {key}。{nearest(key, tuple(schema.by_key))}")
    if spec.type is FieldType.GROUP or spec.system:
        raise setting.wrong(f"字段 {key} 不能由导入的列填写。")
