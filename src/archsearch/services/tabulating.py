"""Records as rows of a table that a person reads, and that ingest reads back as it was."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Final

import orjson

from archsearch.domain.record import JsonValue, Record
from archsearch.domain.schema import FieldSpec, Schema
from archsearch.ingest.textsheet import write_text_workbook
from archsearch.services.spreadsheets import write_csv

_AMBIGUOUS: Final = re.compile(r"[;；|:：=\n\[{]")
"""Signs that would not be read back as a part of a value."""


def write_records(file: BinaryIO, ending: str, records: Iterable[Record], schema: Schema) -> None:
    """Write records as CSV, XLSX or JSON Lines."""
    if ending == ".jsonl":
        for record in records:
            file.write(orjson.dumps(record.values, option=orjson.OPT_APPEND_NEWLINE))
        return
    header = [spec.label for spec in schema.fields]
    rows = (row_of(record, schema.fields) for record in records)
    if ending == ".csv":
        write_csv(file, header, rows)
    else:
        write_text_workbook(file, "档案", header, rows)


def row_of(record: Record, fields: Sequence[FieldSpec]) -> list[str]:
    """Write the fields of a record as cells."""
    return [_cell(record.values.get(spec.key), spec) for spec in fields]


def _cell(value: JsonValue, spec: FieldSpec) -> str:
    if value is None:
        return ""
    if spec.fields:
        return _groups(value if isinstance(value, list) else [value], spec)
    if isinstance(value, list):
        return "、".join(map(_text, value))
    return _text(value)


def _groups(groups: Sequence[JsonValue], spec: FieldSpec) -> str:
    """Write groups as 姓名:张三；电话:139…, or as JSON where that could be misread."""
    labels = {member.key.rpartition(".")[2]: member.label for member in spec.fields}
    dicts = [group for group in groups if isinstance(group, Mapping)]
    firsts = {next((key for key in labels if key in group), None) for group in dicts}
    texts = [_text(value) for group in dicts for value in group.values()]
    plain = len(dicts) == len(groups) and len(firsts) == 1 and None not in firsts
    if not plain or any(not text or _AMBIGUOUS.search(text) for text in texts):
        return json.dumps(groups, ensure_ascii=False)
    return "；".join("；".join(_pairs(group, labels)) for group in dicts)


def _pairs(group: Mapping[str, JsonValue], labels: Mapping[str, str]) -> Iterator[str]:
    return (f"{labels[key]}:{_text(group[key])}" for key in labels if key in group)


def _text(value: JsonValue) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
