"""How a question is written in the log, so that it can be put again.

Numbers of persons are masked in the log. What is masked or cut there is kept beside, sealed: nobody
reads it, but the same archive can ask it once more.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from archsearch.domain.query import FilterValue, Mode, SearchRequest
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.schema import Schema
from archsearch.errors import StoreError
from archsearch.search.filters import RELEVANCE
from archsearch.security.sealing import CipherName, NotSealedHereError, Seal
from archsearch.services.asking import Asked, Masker
from archsearch.services.configuration import Configuration
from archsearch.storage.encoding import canonical_bytes, canonical_json, read_list

_LOGGED: Final = 200
"""Characters of a filter that are kept in the log."""

_HIDDEN: Final = "***"

Detail = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Typing:
    """What somebody typed to be completed, and how many names they wanted."""

    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class Questions:
    """Writes questions into entries of the log, and reads them back."""

    masker: Masker
    schema: Schema
    configuration: Configuration
    seal: Seal
    cipher: CipherName

    @property
    def parts(self) -> Mapping[str, str]:
        """What the configuration in force consists of."""
        return self.configuration.parts

    def search(self, request: SearchRequest, asked: Asked | None) -> dict[str, JsonValue]:
        """Write a search."""
        detail = self.shown(request)
        detail |= {"limit": request.limit, "offset": request.offset}
        if request.mode is not Mode.AUTO:
            detail["asked"] = str(request.mode)
        if request.sort != RELEVANCE:
            detail["sort"] = request.sort
        whole: dict[str, Any] = {
            "query": request.text,
            "filters": {key: _plain(value) for key, value in request.filters.items()},
        }
        return self._complete(detail, whole, asked)

    def shown(self, request: SearchRequest) -> dict[str, JsonValue]:
        """Write what was sought, without what is needed to seek it again."""
        filters = {key: self._logged(key, value) for key, value in request.filters.items()}
        return {"query": self.masker.text(request.text), "filters": filters}

    def suggest(self, typed: Typing, asked: Asked | None) -> dict[str, JsonValue]:
        """Write what was to be completed."""
        query = self.masker.text(typed.text)
        detail: dict[str, JsonValue] = {"query": query, "limit": typed.limit}
        return self._complete(detail, {"query": typed.text}, asked)

    def read_search(self, detail: Detail) -> SearchRequest:
        """Read a search back.

        Raises:
            StoreError: What was sealed cannot be opened.
        """
        whole = self._whole(detail)
        return SearchRequest(
            text=str(whole["query"]),
            mode=Mode(str(detail.get("asked", Mode.AUTO))),
            filters=whole["filters"],
            sort=str(detail.get("sort", RELEVANCE)),
            limit=_number(detail["limit"]),
            offset=_number(detail["offset"]),
        )

    def read_suggest(self, detail: Detail) -> Typing:
        """Read back what was to be completed; raises as :meth:`read_search`."""
        return Typing(str(self._whole(detail)["query"]), _number(detail["limit"]))

    def _complete(
        self, detail: dict[str, JsonValue], whole: Mapping[str, Any], asked: Asked | None
    ) -> dict[str, JsonValue]:
        if any(detail[key] != value for key, value in whole.items()):
            sealed = self.seal.seal(canonical_bytes([whole]), _PLACE, self.cipher)
            detail["sealed"] = base64.b64encode(sealed).decode()
        detail["with"] = self.configuration.noted
        if asked is not None:
            detail["as_of"] = asked.as_of
            if asked.behind:
                detail["behind"] = True
        return detail

    def _whole(self, detail: Detail) -> Mapping[str, Any]:
        if "sealed" not in detail:
            return detail
        try:
            sealed = base64.b64decode(str(detail["sealed"]), validate=True)
            return dict(read_list(self.seal.open(sealed, _PLACE))[0])
        except (NotSealedHereError, ValueError) as error:
            raise StoreError("日志里密封的问题无法解密：日志或密钥库已损坏。") from error

    def _logged(self, key: str, value: FilterValue) -> JsonValue:
        """Write a filter for the log: of sensitive fields only that there was one."""
        spec = self.schema.find(key)
        if spec is None or spec.sensitive:
            return _HIDDEN
        plain = _plain(value)
        text = canonical_json(plain)
        harmless = len(text) <= _LOGGED and self.masker.text(text) == text
        return plain if harmless else self.masker.text(str(value))[:_LOGGED]


_PLACE: Final = b"question"


def digest_of(record_ids: Iterable[RecordId]) -> str:
    """Digest the record ids of an answer, in order."""
    return hashlib.sha256("\n".join(record_ids).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Give the value of a filter as JSON can hold it, to the same effect."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Set):
        return sorted(map(str, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    # Filters take every single value as the text it is written as.
    return None if value is None else str(value)


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
