"""From text in pieces to physical lines, none longer than allowed."""

from collections.abc import Iterator
from io import StringIO


def split_lines(texts: Iterator[str], limit: int) -> Iterator[str | None]:
    r"""Yield lines with their ends (\n, \r or \r\n); None stands for a line over the limit.

    Only these three end a line: U+2028 and its like are content.
    """
    carry = ""
    skipping = False
    for text in texts:
        ready, carry = _split(carry + text)
        for line in ready:
            yield None if skipping or len(line) > limit else line
            skipping = False
        if len(carry) > limit:
            skipping, carry = True, ""
    if skipping or carry:
        yield None if skipping else carry


def _split(text: str) -> tuple[list[str], str]:
    r"""Split off the lines that are surely complete; a trailing \r may yet become \r\n."""
    found = list(StringIO(text, newline=""))
    if found and not found[-1].endswith("\n"):
        return found[:-1], found[-1]
    return found, ""
