"""The Python API of saved searches: ``archive.saved``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.domain.query import FilterValue, Page
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.entrypoints.records import search_request

if TYPE_CHECKING:
    from archsearch.domain.saved import Saved
    from archsearch.services.saved import SavedSearches


class SavedDesk:
    """Saved searches (保存的检索) for programs.

    Each user has their own, called by ids such as ``3``. What is new is what a search finds now and
    did not when it was last looked at, inside the scope of the moment.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    @property
    def _searches(self) -> "SavedSearches":
        return self._application.desk.saved

    def save(
        self,
        name: str,
        query: str = "",
        *,
        user: str,
        mode: str = "auto",
        filters: Mapping[str, FilterValue] | None = None,
        sort: str = "relevance",
    ) -> "Saved":
        """Keep a search under a name; what it finds now is not new.

        Args:
            name: What to call it.
            query: As for :meth:`archsearch.Archive.search`, as are the others.
            user: Whose it is.
            mode: ``auto``, ``exact`` or ``fuzzy``.
            filters: By schema key.
            sort: ``relevance``, or a sortable schema key.

        Raises:
            AccessDeniedError: The user may read nothing.
            ConflictError: There is one of that name, or there are too many.
            InvalidRequestError: The name or the search is not possible.
        """
        texts(name=name)
        request = search_request(query, user=user, mode=mode, filters=filters, sort=sort)
        return self._searches.save(name, request, user)

    def list(self, *, user: str) -> "tuple[Saved, ...]":
        """List a user's searches, with how many records they find and how many of them are new.

        Raises:
            AccessDeniedError: The user may read nothing.
        """
        texts(user=user)
        return self._searches.list(user)

    def run(self, saved_id: str, *, user: str, limit: int = 20, offset: int = 0) -> Page:
        """Search again; what is found now is not new any more.

        Raises:
            InvalidRequestError: It cannot be asked any more.
            NotFoundError: The user has no such search.
        """
        texts(saved_id=saved_id, user=user)
        numbers(limit=limit, offset=offset)
        return self._searches.run(saved_id, user, limit=limit, offset=offset)

    def rename(self, saved_id: str, name: str, *, user: str) -> "Saved":
        """Call a search otherwise; raises as :meth:`save` and :meth:`run`."""
        texts(saved_id=saved_id, name=name, user=user)
        return self._searches.rename(saved_id, name, user)

    def delete(self, saved_id: str, *, user: str) -> None:
        """Forget a search.

        Raises:
            NotFoundError: The user has no such search.
        """
        texts(saved_id=saved_id, user=user)
        self._searches.delete(saved_id, user)
