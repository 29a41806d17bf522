"""Key words: free ones, paths, values of a vocabulary, and tags."""

import re
import unicodedata
from functools import lru_cache, partial
from typing import Any, Final

from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import Faults, FieldNormaliser, is_placeholder
from archsearch.ingest.normalise.text import bounded_line, fold_width

KEYWORD_LIMIT: Final = 200
TAG_LIMIT: Final = 64
_CACHE: Final = 4096
_NAMED: Final = 12
"""A vocabulary of up to so many terms is listed in the message."""

_PLAIN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff!-~]+")
_STEP: Final = r"[\u3400-\u4dbf\u4e00-\u9fff0-9A-Za-z]+"
_PLAIN_PATH: Final = re.compile(f"{_STEP}(?:/{_STEP})*")
_STEPS: Final = re.compile(r" ?[/\\>»](?: ?[/\\>»])* ?")


def normalise_keyword(cell: Any, faults: Faults) -> str | None:
    """Normalise a free key word; width changes only where the result is plain ASCII.

    A file name in full-width brackets must stay as it is, a code typed in full width must not.
    """
    if type(cell) is str and len(cell) <= KEYWORD_LIMIT and _PLAIN.fullmatch(cell):
        return cell
    line = bounded_line(cell, faults, KEYWORD_LIMIT, _SPACE_ONLY)
    if line is None:
        return None
    folded = unicodedata.normalize("NFC", fold_width(line)).strip()
    return folded if folded.isascii() else line


_SPACE_ONLY: Final = {0x3000: " "}


def normalise_path(cell: Any, faults: Faults) -> str | None:
    """Normalise a path of a hierarchy, such as a department.

    >>> normalise_path(" 华东分行 ＞信贷部/", [])
    '华东分行/信贷部'
    """
    if type(cell) is str and len(cell) <= KEYWORD_LIMIT and _PLAIN_PATH.fullmatch(cell):
        return cell
    line = bounded_line(cell, faults, KEYWORD_LIMIT)
    if line is None:
        return None
    return _STEPS.sub("/", line).strip("/ ") or None


def vocabulary_keyword(vocabulary: Vocabulary) -> FieldNormaliser:
    """Make the normaliser of a field whose values come from a vocabulary."""
    known = {term: term for term in vocabulary.terms}
    # A whole column may hold unknown values; finding the nearest term takes a millisecond.
    resolve = lru_cache(maxsize=_CACHE)(vocabulary.resolve)
    explain = lru_cache(maxsize=_CACHE)(partial(_unknown, vocabulary))

    def normalise(cell: Any, faults: Faults) -> str | None:
        if type(cell) is str and cell in known:
            return cell
        line = bounded_line(cell, faults, KEYWORD_LIMIT)
        if line is None:
            return None
        term = resolve(line)
        if term is None and not is_placeholder(line):
            if vocabulary.open:
                return line
            faults.append(Fault("vocabulary_unknown", explain(line)))
        return term

    return normalise


def tag(vocabulary: Vocabulary | None) -> FieldNormaliser:
    """Make the normaliser of one tag; a leading ``#`` is dropped."""
    limited = vocabulary_keyword(vocabulary) if vocabulary else None
    plain = frozenset(
        term for term in (vocabulary.terms if vocabulary else ()) if _is_plain_tag(term)
    )

    def normalise(cell: Any, faults: Faults) -> str | None:
        if type(cell) is str and cell in plain:
            return cell
        line = bounded_line(cell, faults, TAG_LIMIT)
        if line is None or is_placeholder(line):
            return None
        line = line.strip("# ")
        if not line:
            return None
        return limited(line, faults) if limited else line  # type: ignore[return-value] # a term

    return normalise


def _is_plain_tag(term: str) -> bool:
    """Whether a term of a vocabulary is kept as it is where it is written as a tag."""
    line = bounded_line(term, [], TAG_LIMIT)
    return line == term == term.strip("# ") and not is_placeholder(term)


def _unknown(vocabulary: Vocabulary, line: str) -> str:
    """Say what may be written instead; the text itself may be anybody's data and is not shown."""
    nearest = vocabulary.nearest(line)
    hint = f"是否应为“{nearest}”？" if nearest else ""
    terms = vocabulary.terms
    listed = f"可填：{'、'.join(terms)}。" if len(terms) <= _NAMED else "请从词表中选用。"
    return f"取值不在词表中。{hint}{listed}"
