"""Names of persons and organisations."""

import re
from typing import Any, Final

from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.text import HAN, bounded_line

NAME_LIMIT: Final = 200

_PLAIN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{1,200}")
_HAS_HAN: Final = re.compile(f"[{HAN}]")
# The dots seen between the parts of minority and foreign names; a full stop is one of them.
_DOTS: Final = "·•・‧.⋅∙･᛫﹒●⸱"
_NAME_DOT: Final = re.compile(rf"(?<=[{HAN}]) ?[{_DOTS}] ?(?=[{HAN}])")
_SPACE: Final = re.compile(rf"(?<=[{HAN}（）]) (?=[{HAN}（）])")
_BESIDE_BRACKET: Final = re.compile(r" ?([（）]) ?")
_BRACKETS: Final = str.maketrans("([{〔【﹝﹙)]}〕】﹞﹚", "（（（（（（（）））））））")


def normalise_name(cell: Any, faults: Faults) -> str | None:
    """Normalise a name; characters themselves are never exchanged.

    Rare, traditional and variant characters stay: 堃 and 坤 are different people. In names with Han
    characters dots become ``·``, brackets ``（）``, and spaces between Han characters go.
    """
    if type(cell) is str and _PLAIN.fullmatch(cell):
        return cell
    name = bounded_line(cell, faults, NAME_LIMIT)
    if name is None or not _HAS_HAN.search(name):
        return name
    name = _NAME_DOT.sub("·", _SPACE.sub("", name))
    return _BESIDE_BRACKET.sub(r"\1", name.translate(_BRACKETS))
