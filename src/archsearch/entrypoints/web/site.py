"""All pages; what the HTTP door takes in beside its own resources."""

from typing import Final

from archsearch.entrypoints.web.pages import (
    borrowing,
    entrance,
    files,
    finding,
    findings,
    handout,
    inbox,
    log,
    news,
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
        *(files, entrance, finding, saved, news, records, scans, borrowing),
        *(proposals, handout, inbox, findings, screening, log, people, overview),
    )
)
