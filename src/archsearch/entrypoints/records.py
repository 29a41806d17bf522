"""The Python API of single records: what can be done with one besides finding it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archsearch.bootstrap import Application
from archsearch.domain.query import FilterValue, Mode, SearchRequest
from archsearch.domain.record import RecordVersion
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.entrypoints.proposals import ProposalDesk
from archsearch.errors import InvalidRequestError

if TYPE_CHECKING:
    from archsearch.services.exporting import Export
    from archsearch.services.proposals import ShownProposal
    from archsearch.services.revising import Revised


class RecordDesk:
    """Changes, history, deletion; the part of an archive that is about one record."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def change(
        self,
        record_id: str,
        fields: Mapping[str, Any],
        *,
        user: str,
        expected_version: int | None = None,
        reason: str = "",
    ) -> "Revised":
        """Change fields of a record: a new version, searchable at once.

        Values are read, checked and laid over the record as those of a row are. Of a group that is
        there once, members that are not mentioned stay; a list of groups is given as a whole.

        Args:
            record_id: The record.
            fields: By schema key, label or alias; None takes a field away.
            user: Who changes it.
            expected_version: The version that they have seen; another one is a conflict.
            reason: For history and log.

        Returns:
            The version it is at now; ``changes`` is empty where nothing was new.

        Raises:
            NotFoundError: The record does not exist or is out of the user's scope.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It is at another version than expected, or was deleted.
            InvalidRequestError: What was said means nothing.
            RejectedError: A value is wrong, or masked, or the user may not put the record there;
                ``problems`` say which.
        """
        texts(record_id=record_id, user=user, reason=reason)
        if expected_version is not None:
            numbers(expected_version=expected_version)
        _fields(fields)
        return self._application.revising.change(
            record_id, fields, user, expected=expected_version, reason=reason
        )

    def propose(
        self, record_id: str, fields: Mapping[str, Any], *, reason: str, user: str
    ) -> "ShownProposal":
        """Propose a change to those who may make it; for who may read the record and no more.

        Args:
            record_id: The record.
            fields: As for :meth:`change`.
            reason: For whoever decides.
            user: Who proposes it.

        Raises:
            NotFoundError: As for :meth:`get`.
            ConflictError: The user may change the record without asking.
            InvalidRequestError: What was said means nothing, or there is no reason.
            RejectedError: A value is wrong by itself, or masked.
        """
        texts(record_id=record_id, reason=reason, user=user)
        _fields(fields)
        return self._application.proposing.propose(record_id, fields, user, reason=reason)

    @property
    def proposals(self) -> ProposalDesk:
        """Proposals to change records: what waits, and deciding about it."""
        return ProposalDesk(self._application)

    def create(self, fields: Mapping[str, Any], *, user: str, reason: str = "") -> "Revised":
        """Make one new record of fields that somebody typed.

        Args:
            fields: By schema key, label or alias; a record id may be among them.
            user: Whose record it is to be.
            reason: For history and log.

        Raises:
            AccessDeniedError: The user may not make records.
            ConflictError: There is such a record already.
            RejectedError: A value is wrong or missing, or the record id is not to be had.
        """
        texts(user=user, reason=reason)
        _fields(fields)
        return self._application.revising.create(fields, user, reason=reason)

    def history(
        self, record_id: str, *, user: str, reason: str | None = None
    ) -> tuple[RecordVersion, ...]:
        """Load every version of a record with its changes, masked, oldest first.

        Args:
            record_id: The record.
            user: Who asks.
            reason: Why sensitive fields are to be shown as they are; goes into the log. Without one
                they are masked, and of their changes no more is told than that there was one.

        Raises:
            NotFoundError: As for :meth:`get`.
            AccessDeniedError: The user may read the record, but not its sensitive fields.
        """
        texts(record_id=record_id, user=user, reason=reason or "")
        return self._application.reading.history(record_id, user, reason)

    def delete(self, record_id: str, *, reason: str, user: str) -> "Revised":
        """Take a record out of all search; its history stays, and it can be restored.

        What was lent of it ends. Until it is restored it is there for those alone who may delete
        it: for everybody else there is no such record.

        Raises:
            NotFoundError: As for :meth:`get`.
            AccessDeniedError: The user may read it, but not delete it.
            ConflictError: It is frozen, or deleted already.
            InvalidRequestError: There is no reason.
        """
        texts(record_id=record_id, reason=reason, user=user)
        return self._application.revising.delete(record_id, user, reason=reason)

    def restore(self, record_id: str, *, reason: str, user: str) -> "Revised":
        """Bring a deleted record back as it was.

        Raises:
            NotFoundError: There is no such record, or the user may not restore it.
            AccessDeniedError: There is one, not deleted, that the user may only read.
            ConflictError: It is not deleted.
            InvalidRequestError: There is no reason.
        """
        texts(record_id=record_id, reason=reason, user=user)
        return self._application.revising.restore(record_id, user, reason=reason)

    def export(  # noqa: PLR0913 - the contract with other programs names these
        self,
        query: str = "",
        *,
        user: str,
        reason: str,
        mode: str = "auto",
        filters: Mapping[str, FilterValue] | None = None,
        sort: str = "relevance",
        reveal: bool = False,
    ) -> "Export":
        """Hand out all that a search finds, as far as the user may export it.

        The export is in the log before the first record comes; records come a few at a time.

        Args:
            query: As for :meth:`search`, with ``mode``, ``filters`` and ``sort``.
            user: Who exports.
            reason: Why; goes into the log.
            mode: ``auto``, ``exact`` or ``fuzzy``.
            filters: By schema key.
            sort: ``relevance``, or a sortable schema key.
            reveal: Whether sensitive fields come as they are.

        Returns:
            The records, to be walked through once; ``total``, ``number`` and ``left_out`` count.

        Raises:
            AccessDeniedError: The user may not export, or not reveal all of it.
            InvalidRequestError: A parameter is wrong, or it is more than one export may hand out.
        """
        texts(reason=reason)
        request = search_request(query, user=user, mode=mode, filters=filters, sort=sort)
        return self._application.exporting.export(request, user, reason=reason, revealed=reveal)


def search_request(
    query: str,
    *,
    user: str,
    mode: str = "auto",
    filters: Mapping[str, FilterValue] | None = None,
    sort: str = "relevance",
) -> SearchRequest:
    """Make a request of what a program asks for.

    Raises:
        InvalidRequestError: A parameter is wrong.
    """
    texts(query=query, user=user, mode=mode, sort=sort)
    if filters is not None and not isinstance(filters, Mapping):
        raise InvalidRequestError("参数 filters 须是字典。")
    try:
        asked = Mode(mode)
    except ValueError as error:
        raise InvalidRequestError("参数 mode 只能是 auto、exact 或 fuzzy。") from error
    return SearchRequest(text=query, mode=asked, filters=filters or {}, sort=sort)


def _fields(fields: object) -> None:
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        raise InvalidRequestError("参数 fields 须是字典，键是字段名。")
