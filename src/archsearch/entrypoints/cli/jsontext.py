"""Answers as JSON: the dataclasses of the Python API, key by key."""

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from archsearch.entrypoints.cli.text import safe_json


def plain(value: Any) -> Any:
    """Turn a value of the API into what JSON can hold."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Set):
        return sorted(plain(each) for each in value)
    return _scalar(value)


def document(value: Any, *, indent: bool) -> str:
    """Write a value as a JSON document that is harmless on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2 if indent else None)
    return safe_json(text)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
