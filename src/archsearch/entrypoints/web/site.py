"""All pages; what the HTTP door takes in beside its own resources."""

from typing import Final

from archsearch.entrypoints.web.pages import (
    borrowing,
    entrance,
    files,
    finding,
    handout,
    inbox,
    log,
    overview,
    people,
    proposals,
    records,
    saved,
    scans,
    screening,
)

PAGES: Final = tuple(
    module.router
    for module in (
        *(files, entrance, finding, saved, records, scans, borrowing),
        *(proposals, handout, inbox, screening, log, people, overview),
    )
)
