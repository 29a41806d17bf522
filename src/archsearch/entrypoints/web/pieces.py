"""Values as pages show them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archsearch.domain.schema import FieldSpec


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Cut a text into what matched and what did not.

    >>> list(pieces("甲乙丙", ((1, 2),)))
    [('甲', False), ('乙', True), ('丙', False)]
    """
    at = 0
    for start, end in spans:
        if start > at:
            yield text[at:start], False
        if end > max(start, at):
            yield text[max(start, at) : end], True
        at = max(at, end)
    if at < len(text):
        yield text[at:], False


def told(value: Any) -> str:
    """Write a value in a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(map(told, value))
    if isinstance(value, Mapping):
        return "，".join(f"{key} {told(each)}" for key, each in value.items())
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def columns(groups: Sequence[Any], spec: FieldSpec) -> list[tuple[str, str]]:
    """List key and label of those members of a group that any of them has."""
    members = [(each.key.rpartition(".")[2], each.label) for each in spec.fields]
    return [
        (key, label.removeprefix(spec.label))
        for key, label in members
        if any(isinstance(group, Mapping) and key in group for group in groups)
    ]
