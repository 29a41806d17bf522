"""Writing a normalised customer the way one file writes it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tools.sample_data.customers import OVERSEAS, Customer
from tools.sample_data.identifiers import short_personal_number
from tools.sample_data.words import chance, places

SCHEMA = Path(__file__).parents[2] / "config" / "schema.yaml"
DEFAULTS: Final = {"retention": "10年", "status": "在档", "value_tier": "潜在"}
"""What the archive assumes where a file has no such column."""
TOLD_BY_NUMBER: Final = ("gender", "birth_date")
"""What the archive works out from a personal number."""
DATES: Final = ("birth_date", "established_on", "created_at", "review_due")
MOBILE_LENGTH: Final = 11
FIRST_OF_NEW_NUMBERS: Final = 1975
"""Who was born before may still show the 15-digit number of the first cards."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One file of the sample; ``lists/files.yaml`` explains the entries."""

    path: str
    format: str
    who: str
    count: int
    dates: str
    phones: str
    region: str
    faults: Mapping[str, int]
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, int] = field(default_factory=dict)
    labels: bool = False
    wrapper: str = ""
    cut: bool = False
    old_numbers: bool = False
    blemishes: Mapping[str, int] = field(default_factory=dict)
    synonyms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it stands in a file, by schema key, and what must be said about it."""

    values: dict[str, Any]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    raw: str | None = None
    """The row's own text, where it cannot be said as values."""


@cache
def schema_labels() -> dict[str, str]:
    """Chinese names of the schema's fields by dotted key."""
    fields = yaml.safe_load(SCHEMA.read_text("utf-8"))["fields"]
    labels = {key: spec["label"] for key, spec in fields.items()}
    for key, spec in fields.items():
        for member, inner in spec.get("fields", {}).items():
            labels[f"{key}.{member}"] = inner["label"]
    return labels


def kept(customer: Customer, layout: Layout) -> Customer:
    """What is left of a customer after it went through a file of this layout."""
    if not layout.columns:
        return customer
    left: Customer = {}
    for key in layout.columns:
        group, _, member = key.partition(".")
        value = customer.get(group)
        if not value:
            continue
        if not member:
            left[group] = value
        elif isinstance(value, list):
            left.setdefault(group, [{}])[0][member] = value[0][member]
        elif member in value:
            left.setdefault(group, {})[member] = value[member]
    left["region"] = customer["region"]
    if customer["nature"] == "个人":
        left |= {key: customer[key] for key in TOLD_BY_NUMBER}
    return {**DEFAULTS, **left}


def written(rng: random.Random, customer: Customer, layout: Layout) -> dict[str, Any]:
    """A customer's values in the manner of the file, by schema key."""
    values = {key: value for key, value in customer.items() if value not in ([], {}, "")}
    for key in DATES:
        if key in values:
            values[key] = write_date(values[key], layout.dates)
    values["phones"] = [write_phone(phone, layout.phones) for phone in values["phones"]]
    values["region"] = write_region(values["region"], layout.region)
    if values["region"] is None:
        del values["region"]
    for key, wordings in layout.synonyms.items():
        values[key] = wordings[values[key]]
    values["name"] = write_name(rng, values["name"])
    if "id_number" in values:
        values["id_number"] = write_number(rng, values["id_number"], layout)
    if not layout.columns:
        return values
    return {key: flat(values, key) for key in layout.columns}


def flat(values: Mapping[str, Any], key: str) -> Any:
    """The cell of one column: lists joined, of a group its first member."""
    group, _, member = key.partition(".")
    value = values.get(group)
    if isinstance(value, list) and member:
        value = value[0].get(member)
    elif isinstance(value, dict):
        value = value.get(member)
    elif isinstance(value, list):
        value = "、".join(value)
    if key.startswith("finance.") and isinstance(value, int):
        return f"{value / 10_000:g}万元"
    return value


def write_date(iso: str, manner: str) -> str | date:
    """A date the way people write it; ``native`` is a date of the file format."""
    day = date.fromisoformat(iso)
    match manner:
        case "slash":
            return f"{day.year}/{day.month}/{day.day}"
        case "han":
            return f"{day.year}年{day.month}月{day.day}日"
        case "compact":
            return f"{day:%Y%m%d}"
        case "native":
            return day
        case _:
            return iso


def write_phone(phone: str, manner: str) -> str:
    """A mobile number with the gaps that people put into it."""
    if len(phone) != MOBILE_LENGTH or "-" in phone:
        return phone
    parts = (phone[:3], phone[3:7], phone[7:])
    joined = {"spaced": " ".join(parts), "dashed": "-".join(parts), "plus": "+86 " + phone}
    return joined.get(manner, phone)


def write_region(path: str, manner: str) -> str | None:
    """A region as a path, as running text, as a code, or not at all."""
    match manner:
        case "text":
            return path.partition("/")[2].replace("/", "")
        case "code":
            known = (*places(), *OVERSEAS.values())
            return next(place.code for place in known if place.path == path)
        case "none":
            return None
        case _:
            return path


def write_name(rng: random.Random, name: str) -> str:
    """A name, now and then with another dot or with a space to fill two characters up."""
    if "·" in name:
        return name.replace("·", rng.choice("·•・"))
    if len(name) == len("张三") and chance(rng, 0.04):
        return f"{name[0]}　{name[1]}"
    return name


def write_number(rng: random.Random, number: str, layout: Layout) -> str:
    """An identity number, now and then with a small x or in the old short form."""
    if not number[:-1].isdigit():
        return number
    old = number[6:8] == "19" and int(number[6:10]) < FIRST_OF_NEW_NUMBERS
    if layout.old_numbers and old and chance(rng, 0.3):
        return short_personal_number(number)
    if number.endswith("X") and chance(rng, 0.3):
        return number[:-1] + "x"
    return number


def named(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under the Chinese names of their fields."""
    renamed: dict[str, Any] = {}
    for key, value in values.items():
        label = schema_labels()[prefix + key]
        if isinstance(value, dict):
            renamed[label] = named(value, f"{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            renamed[label] = [named(item, f"{key}.") for item in value]
        else:
            renamed[label] = value
    return renamed
