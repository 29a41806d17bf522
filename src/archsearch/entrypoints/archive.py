"""The Python API: an archive to ingest into and search in, for programs."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from archsearch.bootstrap import initialise, now, open_application
from archsearch.domain.access import Role
from archsearch.domain.dictionary import EntryKind
from archsearch.domain.duplicates import DuplicatePage
from archsearch.domain.query import FilterValue, Hit, Page, Suggestion
from archsearch.domain.record import Record
from archsearch.domain.schema import FieldSpec
from archsearch.domain.screening import LINE, Entry
from archsearch.domain.users import User
from archsearch.entrypoints.accounts import AccountDesk, DoorDesk, TokenDesk
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.entrypoints.borrowing import BorrowDesk
from archsearch.entrypoints.findings import FindingDesk
from archsearch.entrypoints.mail import MailDesk
from archsearch.entrypoints.policy import PolicyDesk
from archsearch.entrypoints.records import RecordDesk, search_request
from archsearch.entrypoints.remembering import Remembering
from archsearch.entrypoints.saved import SavedDesk
from archsearch.errors import InvalidRequestError
from archsearch.founding import FIRST_ADMINISTRATOR
from archsearch.services.identity import Clock
from archsearch.services.reading import Viewer

if TYPE_CHECKING:
    # Loaded by whoever takes something in; a program that only searches should not wait for it.
    from archsearch.services.ingest import IngestReport, Progress

Source = str | Path | Mapping[str, Any]
"""A file or folder to ingest, or a record as a dict."""


def init(workspace: str | Path) -> Path:
    """Make a new workspace with its first administrator, ``admin``.

    The administrator has no password, which only a server asks for: a secret that nobody reads is
    one that lies about. ``archive.accounts.set_password`` or ``archsearch user password`` make one.

    Returns:
        The workspace's folder.

    Raises:
        ConflictError: The folder is a complete workspace already.
        WorkspaceError: The folder cannot be made or written.
    """
    return initialise(Path(workspace), os.environ)


def open(  # noqa: A001 - archsearch.open reads as it should
    workspace: str | Path, *, clock: Clock = now
) -> "Archive":
    """Open a workspace.

    Args:
        workspace: Its folder.
        clock: Tells the time, aware; for tests.

    Raises:
        WorkspaceError: The folder is no workspace, or one of a newer version.
        SettingsError: Its configuration is wrong; says where.
    """
    return Archive(open_application(Path(workspace), os.environ, clock))


class Archive(RecordDesk, MailDesk, Remembering):
    """An open workspace; made by :func:`archsearch.open`, best used in a ``with`` statement.

    Safe to share between threads. Several processes may read while one writes. Every method takes
    the name of the user it acts for: nothing is visible by default, every operation is logged.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files."""
        self._application.close()

    def ingest(
        self,
        sources: Source | Iterable[Source],
        *,
        user: str,
        dry_run: bool = False,
        progress: "Progress | None" = None,
    ) -> "IngestReport":
        """Take files, folders or dicts into the archive.

        Good rows go in, rejected ones are listed in the report and in a workbook to mend and feed
        again.

        Args:
            sources: One or several; columns are named as in the schema, its aliases or a mapping.
            user: Who brings them.
            dry_run: Check everything, store nothing.
            progress: Told the source's name and the number of its rows done.

        Raises:
            AccessDeniedError: The user may not bring records.
            StoreError: The disk failed; what was stored before is safe.
        """
        several = [sources] if isinstance(sources, str | Path | Mapping) else sources
        inputs = (_input(each) for each in several)
        return self._application.ingest.ingest(inputs, user, dry_run=dry_run, progress=progress)

    def search(  # noqa: PLR0913 - the contract with other programs names these
        self,
        query: str = "",
        *,
        user: str,
        mode: str = "auto",
        filters: Mapping[str, FilterValue] | None = None,
        facets: Sequence[str] = (),
        sort: str = "relevance",
        limit: int = 20,
        offset: int = 0,
    ) -> Page:
        """Find records inside the user's scope.

        Args:
            query: In the query language; empty for everything, newest first.
            user: Who asks.
            mode: ``auto``, ``exact`` or ``fuzzy``.
            filters: By schema key: a value, several of which any will do, or a mapping with
                ``any``, ``all``, ``none``, ``from``, ``to``.
            facets: Schema keys to count values of, over all hits.
            sort: ``relevance``, or a sortable schema key, with ``-`` before it for descending.
            limit: Hits on the page.
            offset: Hits before the page.

        Raises:
            AccessDeniedError: There is no such user.
            QuerySyntaxError: The query cannot be read; ``position`` says where.
            InvalidRequestError: Another parameter is wrong.
        """
        asked = search_request(query, user=user, mode=mode, filters=filters, sort=sort)
        numbers(limit=limit, offset=offset)
        keys = [facets] if isinstance(facets, str) else list(facets)
        texts(**{f"facets[{at}]": key for at, key in enumerate(keys)})
        request = replace(asked, facets=tuple(keys), limit=limit, offset=offset)
        return self._application.search.search(request, user)

    def suggest(self, text: str, *, user: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what is being typed (characters, pinyin, initials) to names inside the scope."""
        texts(text=text, user=user)
        numbers(limit=limit)
        return self._application.names.suggest(text, user, limit)

    def match(
        self, names: Sequence[str | Entry | Mapping[str, str]], *, user: str, limit: int = 3
    ) -> tuple[tuple[Hit, ...], ...]:
        """Screen a list: for each line the best hits, with a verdict.

        Args:
            names: Names; or entries, or mappings from schema keys or labels, which also have an
                ``id_number``, ``phones``, ``birth_date`` or ``region``: evidence for or against.
            user: Who asks.
            limit: Hits a line.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: The list is too long, or a line is none.
        """
        texts(user=user)
        numbers(limit=limit)
        listed = [names] if isinstance(names, str | Entry | Mapping) else list(names)
        find = self._application.settings.schema.find
        entries = [_entry(f"names[{at}]", name, find) for at, name in enumerate(listed)]
        return self._application.screening.match(entries, user, limit)

    def duplicates(
        self, *, user: str, least: str = "likely", limit: int = 20, offset: int = 0
    ) -> DuplicatePage:
        """Propose groups of records that may be one customer's, with reasons, the surest first.

        All records in the scope are compared, which takes minutes for some hundred thousand; pages
        of the same groups come at once while nothing has changed.

        Args:
            user: Who asks.
            least: The verdict of a link at least: ``same``, ``likely`` or ``possible``.
            limit: Groups on the page.
            offset: Groups before the page.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: A parameter is wrong.
        """
        texts(user=user, least=least)
        numbers(limit=limit, offset=offset)
        return self._application.duplicates.duplicates(
            user, least=least, limit=limit, offset=offset
        )

    def add_word(self, word: str, *, user: str) -> int:
        """Tell the archive a word that segmentation is not to cut.

        Returns:
            How many records hold it; they have been indexed again.

        Raises:
            AccessDeniedError: Who asks may not; by the policy shipped, only administrators may.
            ConflictError: It is known already.
            InvalidRequestError: It cannot be a word.
        """
        return self._learn(EntryKind.WORD, word, "", user)

    def add_short_name(self, short: str, full: str, *, user: str) -> None:
        """Tell the archive what a short name stands for; raises as :meth:`add_word`."""
        self._learn(EntryKind.SHORT_NAME, short, full, user)

    def add_synonym(self, word: str, other: str, *, user: str) -> None:
        """Tell the archive that two words mean the same; raises as :meth:`add_word`."""
        self._learn(EntryKind.SYNONYM, word, other, user)

    def _learn(self, kind: EntryKind, term: str, meaning: str, user: str) -> int:
        texts(term=term, meaning=meaning, user=user)
        return self._application.dictionary.add(kind, term, meaning, user).records

    def get(self, record_id: str, *, user: str) -> Record:
        """Load one record, its sensitive fields masked.

        Raises:
            NotFoundError: It does not exist or is out of the user's scope.
        """
        texts(record_id=record_id, user=user)
        return self._application.reading.get(record_id, user)

    def reveal(self, record_id: str, *, reason: str, user: str) -> Record:
        """Load one record with its sensitive fields as they are; the reason goes into the log.

        Raises:
            AccessDeniedError: The user may read the record, but not its sensitive fields.
            InvalidRequestError: There is no reason.
            NotFoundError: As for :meth:`get`.
        """
        texts(record_id=record_id, reason=reason, user=user)
        return self._application.reading.reveal(record_id, reason, user)

    @property
    def findings(self) -> FindingDesk:
        """What was read on scans, for people to confirm."""
        return FindingDesk(self._application)

    def who(self, record_id: str, *, user: str) -> tuple[Viewer, ...]:
        """List the users who may see a record now, and why; for administrators only.

        Raises:
            AccessDeniedError: Who asks may not; by the policy shipped, only administrators may.
            NotFoundError: As for :meth:`get`.
        """
        return self._application.reading.who(record_id, user)

    @property
    def policy(self) -> PolicyDesk:
        """Rights: the rules, what they decide and why, what others would change."""
        return PolicyDesk(self._application)

    @property
    def borrow(self) -> BorrowDesk:
        """Borrowing: leave to see records that are not one's own, asked for and given."""
        return BorrowDesk(self._application)

    @property
    def saved(self) -> SavedDesk:
        """Searches kept under a name, and what they find that is new."""
        return SavedDesk(self._application)

    @property
    def accounts(self) -> AccountDesk:
        """What people log in by: passwords, second factors, sessions."""
        return AccountDesk(self._application)

    @property
    def tokens(self) -> TokenDesk:
        """Tokens of programs."""
        return TokenDesk(self._application)

    @property
    def doors(self) -> DoorDesk:
        """The way in, for servers: logging in, sessions and tokens."""
        return DoorDesk(self._application)

    def add_user(
        self,
        name: str,
        *,
        role: str | None,
        departments: Iterable[str] = (),
        clearance: str = "",
        display_name: str = "",
        user: str = FIRST_ADMINISTRATOR,
    ) -> User:
        """Add a user; departments named for the first time are created.

        Args:
            name: Letters (Chinese ones too), digits, ``_ . @ -``.
            role: ``administrator``, ``manager``, ``employee``, ``auditor``, ``program``; None
                for no right.
            departments: Paths such as ``华东分行/信贷部``.
            clearance: Highest secrecy label the user may see; by default the second lowest, for
                administrators the highest.
            display_name: Name shown to people.
            user: The administrator who adds.

        Raises:
            ConflictError: There is such a user.
            InvalidRequestError: A value is not possible; says which are.
        """
        paths = frozenset([departments] if isinstance(departments, str) else departments)
        added = User(name, display_name, _role(role), paths, clearance)
        return self._application.users.add(added, user)


def _entry(place: str, given: object, find: Callable[[str], FieldSpec | None]) -> Entry:
    """Make a line of a list."""
    values: dict[str, Any] = {}
    if isinstance(given, str):
        values = {"name": given}
    elif isinstance(given, Entry):
        values = {each.name: getattr(given, each.name) for each in fields(given)}
    elif isinstance(given, Mapping):
        for name, value in given.items():
            spec = find(name) if isinstance(name, str) else None
            if spec is None:
                raise InvalidRequestError(f"参数 {place} 有不认识的字段；可用：{'、'.join(LINE)}。")
            if spec.key in LINE and value is not None:
                values[spec.key] = "、".join(value) if isinstance(value, list | tuple) else value
    else:
        raise InvalidRequestError(f"参数 {place} 须是文字、Entry 或字典。")
    if "name" not in values:
        raise InvalidRequestError(f"参数 {place} 缺少 name（客户名称）。")
    texts(**{f"{place}.{key}": value for key, value in values.items()})
    return Entry(**values)


def _input(source: Source) -> Path | Mapping[str, Any]:
    if isinstance(source, str):
        return Path(source)
    if isinstance(source, Path | Mapping):
        return source
    raise InvalidRequestError("只能录入文件或文件夹的路径，或字典。")


def _role(text: str | None) -> Role | None:
    try:
        return None if text is None else Role(text)
    except ValueError as error:
        raise InvalidRequestError(f"没有角色“{text}”；可选：{'、'.join(Role)}。") from error
