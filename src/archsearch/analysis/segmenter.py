"""Segmentation (分词): Chinese text cut into words by jieba's dictionary and algorithm.

Two implementations of the same algorithm: jieba, the reference, and rjieba, the same in Rust and an
order of magnitude faster. A test holds both equal on the golden texts and the user dictionary.
Words that the dictionary lacks are not guessed (no hidden Markov model): recall comes from
characters and bigrams, words only improve ranking, and a guess that depends on the neighbours would
hurt both.
"""

import logging
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeAlias

from archsearch.domain.dictionary import Dictionary, Glossary

if TYPE_CHECKING:
    import rjieba


Word: TypeAlias = tuple[str, int | None, str | None]
"""With its frequency and tag."""


class Segmenter(Protocol):
    """Cuts text into words; joining the words gives back the text."""

    def cut(self, text: str) -> list[str]:
        """Cut a text into words."""
        ...


class ChineseSegmenter:
    """The fast segmenter, with the words of a user dictionary.

    Args:
        user_dictionary: Lines ``word [frequency [tag]]`` as jieba reads them. Published
            configuration only: words taken from records would leak through segmentation.
        glossary: Has further words, which may change at any time.
    """

    def __init__(
        self, user_dictionary: Path | None = None, glossary: Glossary | None = None
    ) -> None:
        self._user_dictionary = user_dictionary
        self._glossary = glossary or Glossary()
        self._loaded: tuple[Dictionary, rjieba.Jieba] | None = None

    def cut(self, text: str) -> list[str]:
        """Cut a text into words."""
        dictionary, loaded = self._glossary.dictionary, self._loaded
        if loaded is None or loaded[0] is not dictionary:
            further = (*_words(self._user_dictionary), *_plain(dictionary))
            loaded = self._loaded = dictionary, _jieba(further)
        words: list[str] = loaded[1].cut(text, hmm=False)
        return words


@lru_cache(maxsize=1)
def _jieba(further: tuple[Word, ...]) -> "rjieba.Jieba":
    """Load the dictionary with further words; archives opened one after another share it."""
    segmenter: rjieba.Jieba = _rjieba().Jieba()
    for word, frequency, tag in further:
        segmenter.add_word(word, frequency, tag)
    return segmenter


@cache
def _rjieba() -> ModuleType:
    """Load rjieba when it is first needed, without an instance that nobody needs.

    Its package makes one when imported, and each takes 70 ms for its dictionary; the extension
    module inside it does not.
    """
    package = find_spec("rjieba")
    inner = package and PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations)
    if not inner or not inner.loader:
        return import_module("rjieba")
    module = sys.modules[inner.name] = module_from_spec(inner)
    inner.loader.exec_module(module)
    return module


class ReferenceSegmenter:
    """The same by jieba itself, for tests and for platforms without rjieba.

    Args:
        user_dictionary: As for :class:`ChineseSegmenter`.
        cache: A private folder. jieba keeps its dictionary as a marshal file, by default at a
            predictable path in the shared temporary folder, where others could plant one.
    """

    def __init__(self, user_dictionary: Path | None, cache: Path) -> None:
        import jieba  # noqa: PLC0415  # costs 100 MB and a log handler; only the reference pays

        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        self._jieba.tmp_dir = str(cache)
        for word, frequency, tag in _words(user_dictionary):
            self._jieba.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        """Cut a text into words."""
        words: list[str] = self._jieba.lcut(text, HMM=False)
        return words


def _plain(dictionary: Dictionary) -> Iterator[Word]:
    return ((word, None, None) for word in sorted(dictionary.words))


def _words(path: Path | None) -> list[Word]:
    if path is None:
        return []
    found: list[Word] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, frequency, tag, *_ = (*line.split(), "", "", "")
        if word and not word.startswith("#"):
            found.append((word, int(frequency) if frequency else None, tag or None))
    return found
