"""The one family of errors that archsearch raises.

Every error carries a stable, machine-readable ``code`` and a Chinese message that says what is
wrong,
where, and what to do next. Messages hold no personal data. Exit codes and HTTP statuses are no
business
of this module: they are tables in the entrypoints.
"""

from collections.abc import Sequence
from typing import ClassVar


class ArchsearchError(Exception):
    """Base of all expected failures; ``str(error)`` is fit to be shown to a person."""

    code: ClassVar[str] = "failed"

    def __init__(self, message: str) -> None:
        # Half a character that a person typed must not keep the message from being written.
        message = message.encode("utf-8", "replace").decode()
        super().__init__(message)
        self.message = message


class SettingsError(ArchsearchError):
    """A configuration file or environment variable is wrong; names file, line and key."""

    code = "settings_invalid"


class WorkspaceError(ArchsearchError):
    """The folder is no workspace, or is one made by another version."""

    code = "workspace_invalid"


class NotFoundError(ArchsearchError):
    """The thing does not exist, or is hidden from this user: the two are answered alike."""

    code = "not_found"


class AccessDeniedError(ArchsearchError):
    """The user may not do this at all (an operation, never a single hidden record)."""

    code = "access_denied"


class NotAuthenticatedError(ArchsearchError):
    """Nobody was let in: a session or token that is none, or no longer."""

    code = "not_authenticated"


class LoginRefusedError(NotAuthenticatedError):
    """The log-in was wrong; in what is not said."""

    code = "login_refused"


class CodeNeededError(NotAuthenticatedError):
    """The password is right, and a code of the second factor is needed besides."""

    code = "code_needed"


class LoginWaitError(NotAuthenticatedError):
    """There were too many wrong tries; ``seconds`` is how long to wait."""

    code = "login_wait"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class ConflictError(ArchsearchError):
    """The thing exists already, or changed meanwhile."""

    code = "conflict"


class StaleError(ConflictError):
    """The thing is not at the version that whoever asks has seen."""

    code = "stale"


class BusyError(ConflictError):
    """Another process holds the lock; try again later."""

    code = "busy"


class InvalidRequestError(ArchsearchError):
    """A parameter is out of range or of the wrong kind."""

    code = "request_invalid"


class QuerySyntaxError(InvalidRequestError):
    """The query text cannot be read; ``position`` is the 0-based character where."""

    code = "query_syntax"

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class QueryTooComplexError(InvalidRequestError):
    """The query exceeds a limit on length, clauses, depth or expansion."""

    code = "query_too_complex"


class RejectedError(ArchsearchError):
    """What was to be stored cannot be right; ``problems`` say why, as those of a row do."""

    code = "rejected"

    def __init__(self, message: str, problems: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class ReadError(ArchsearchError):
    """A source file cannot be read as what it claims to be."""

    code = "unreadable"


class StoreError(ArchsearchError):
    """The record store failed: disk full, damaged, locked."""

    code = "store_failed"


class UnreadableError(StoreError):
    """The content of a record cannot be opened: it was altered, or its key is another or gone."""

    code = "record_unreadable"


class EngineError(ArchsearchError):
    """The index cannot be written or read; the records themselves are safe in the store."""

    code = "index_failed"


class IndexOutdatedError(EngineError):
    """The index is missing, damaged or built by other rules; a rebuild from the store mends it."""

    code = "index_outdated"
