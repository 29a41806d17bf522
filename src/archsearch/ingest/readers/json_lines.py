"""JSON Lines: one object a line; a bad line does not spoil the ones after it."""

from collections.abc import Iterator
from json import JSONDecodeError

from archsearch.domain.problem import Problem, Where
from archsearch.ingest.readers.faults import Fault, too_deep, too_long, truncated
from archsearch.ingest.readers.json_text import (
    JsonText,
    TooDeepError,
    plain_object,
    row_fault,
    skip_space,
)
from archsearch.ingest.readers.lines import split_lines
from archsearch.ingest.readers.source import Source
from archsearch.ingest.rows import Row

_LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_HALF_NUMBERS = frozenset({".", "e", "E", "e+", "e-", "E+", "E-"})
_ESCAPE = len("\\u0000") + len("\\u000")


def read_json_lines(source: Source) -> Iterator[Row | Problem]:
    """Yield the rows of a JSON Lines file."""
    limits = source.limits
    parser = JsonText(limits)
    number = 0
    for line_number, line in enumerate(split_lines(source.texts(), limits.max_row_bytes), 1):
        if line is not None and line.isspace():
            continue
        number += 1
        where = Where(source.name, f"第 {line_number} 行", number)
        if line is None:
            yield too_long(limits.max_row_bytes).at(where)
            continue
        plain = plain_object(line, limits)
        if plain is not None:
            yield Row(where, plain)
            continue
        try:
            value, end, fault = parser.value(line, skip_space(line, 0))
            if not fault and skip_space(line, end) < len(line):
                fault = Fault("json_syntax", f"第 {end + 1} 个字符起多出了内容；每行只能有一条。")
        except JSONDecodeError as exc:
            if ends_early(exc, line) and not line.endswith(("\n", "\r")):
                raise truncated(f"第 {line_number} 行") from exc
            fault = Fault("json_syntax", f"第 {exc.pos + 1} 个字符处不符合 JSON 语法。")
        except TooDeepError:
            fault = too_deep(limits.max_depth)
        fault = fault or row_fault(value, limits)
        yield fault.at(where) if fault else Row(where, value)


def ends_early(error: JSONDecodeError, text: str) -> bool:
    """Tell whether a parse failed for want of more text rather than for what is there."""
    if error.msg.startswith("Unterminated string"):
        return True
    rest = text[error.pos :].strip()
    if error.msg.startswith("Invalid \\"):
        return len(rest) <= _ESCAPE
    # Nothing at all, half a literal and half a number may all be the beginning of something valid.
    return rest in _HALF_NUMBERS or any(word.startswith(rest) for word in _LITERALS)
