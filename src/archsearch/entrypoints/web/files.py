"""Files that pages hand out."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from starlette.responses import Response

from archsearch.domain.zone import day_of
from archsearch.entrypoints.http.house import House
from archsearch.entrypoints.web.frame import path_of

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Attached:
    """A file being written."""

    name: str
    day: str
    kind: str
    file: BytesIO = field(default_factory=BytesIO)

    def response(self) -> Response:
        """Answer with it."""
        called = f"filename*=UTF-8''{path_of(f'{self.name}-{self.day}')}.{self.kind}"
        plain = f'attachment; filename="archsearch-{self.day}.{self.kind}"; {called}'
        headers = {"Content-Disposition": plain}
        return Response(self.file.getvalue(), headers=headers, media_type=KINDS[self.kind])


def attached(house: House, name: str, kind: str) -> Attached:
    """Begin a file that is called by its name and the day."""
    return Attached(name, day_of(house.application.clock()), kind)
