"""All pages; what the HTTP door takes in beside its own resources."""

from typing import Final

from archsearch.entrypoints.web.pages import (
    borrowing,
    entrance,
    files,
    finding,
    handout,
    log,
    overview,
    people,
    proposals,
    records,
    saved,
    screening,
)

PAGES: Final = tuple(
    module.router
    for module in (
        *(files, entrance, finding, saved, records, borrowing),
        *(proposals, handout, screening, log, people, overview),
    )
)
