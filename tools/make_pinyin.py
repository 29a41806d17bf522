"""Make config/pinyin.tsv from the package pypinyin (development time only).

Run with pypinyin installed: ``python tools/make_pinyin.py config/pinyin.tsv``.

A character keeps, beside its main reading, each reading that makes up at least 3 % of its
occurrences in pypinyin's dictionary of phrases: rare readings would make every character sound like
many others.
"""

import sys
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path

from pypinyin import Style
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict
from pypinyin.style import convert

_SHARE = 0.03
_SEEN_ENOUGH = 10


def plain(syllable: str) -> str:
    """Take the tone off; ü becomes v as on a keyboard."""
    bare: str = convert(syllable, Style.NORMAL, strict=False)
    return bare.replace("ü", "v").replace("ê", "e")


def readings() -> dict[str, list[str]]:
    """Work out the readings worth keeping of every character."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        if len(phrase) == len(syllables):
            for character, choice in zip(phrase, syllables, strict=True):
                used[character][plain(choice[0])] += 1
    table = {}
    for code, choices in pinyin_dict.items():
        character = chr(code)
        listed = list(dict.fromkeys(plain(choice) for choice in choices.split(",")))
        counts = used[character]
        total = sum(counts.values())
        if total < _SEEN_ENOUGH:
            kept = listed[:1]
        else:
            kept = [s for s, n in counts.most_common() if n >= _SHARE * total and s in listed]
        table[character] = kept or listed[:1]
    return table


def main(target: Path) -> None:
    """Write the table."""
    rows = sorted(readings().items())
    head = (
        f"# Toneless readings of characters, main reading first. Source: PyPI pypinyin"
        f" {version('pypinyin')} (MIT); made by tools/make_pinyin.py.\n"
    )
    lines = [f"{character}\t{','.join(syllables)}\n" for character, syllables in rows]
    target.write_text(head + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
