"""Entries of the operation log (操作日志): who did what to which object, when, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from archsearch.domain.record import JsonValue


class Action(StrEnum):
    """What was done. Values are stored for ever: add, never rename."""

    INIT = "init"
    INGEST = "ingest"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    PROPOSE = "propose"
    PROPOSAL_READ = "proposal.read"
    PROPOSAL_ACCEPT = "proposal.accept"
    PROPOSAL_REFUSE = "proposal.refuse"
    PROPOSAL_WITHDRAW = "proposal.withdraw"
    SEARCH = "search"
    SUGGEST = "suggest"
    MATCH = "match"
    MATCH_READ = "match.read"
    MATCH_DECIDE = "match.decide"
    MATCH_EXPORT = "match.export"
    DUPLICATES = "duplicates"
    OVERVIEW = "overview"
    SAVED_READ = "saved.read"
    SAVED_LOOK = "saved.look"
    SAVED_ADD = "saved.add"
    SAVED_CHANGE = "saved.change"
    SAVED_REMOVE = "saved.remove"
    SHOW = "show"
    HISTORY = "history"
    EXPORT = "export"
    REVEAL = "reveal"
    ATTACHMENT = "attachment"
    INBOX_LIST = "inbox.list"
    INBOX_RETRY = "inbox.retry"
    INBOX_RETURN = "inbox.return"
    INBOX_MEND = "inbox.mend"
    INBOX_LOOK = "inbox.look"
    GRANT = "grant"
    REVOKE = "revoke"
    BORROW_REQUEST = "borrow.request"
    BORROW_FIND = "borrow.find"
    BORROW_READ = "borrow.read"
    BORROW_APPROVE = "borrow.approve"
    BORROW_REFUSE = "borrow.refuse"
    BORROW_WITHDRAW = "borrow.withdraw"
    BORROW_RENEW = "borrow.renew"
    BORROW_RETURN = "borrow.return"
    BORROW_REVOKE = "borrow.revoke"
    LOGIN = "login"
    LOGIN_WAIT = "login.wait"
    LOGIN_UNLOCK = "login.unlock"
    LOGOUT = "logout"
    SESSION_LIST = "session.list"
    SESSION_END = "session.end"
    PASSWORD = "password"  # noqa: S105 - the name of an action
    SECOND_FACTOR = "second_factor"
    TOKEN_ADD = "token.add"  # noqa: S105 - the name of an action
    TOKEN_LIST = "token.list"  # noqa: S105 - the name of an action
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 - the name of an action
    TOKEN_USE = "token.use"  # noqa: S105 - the name of an action
    USER_LIST = "user.list"
    USER_SHOW = "user.show"
    USER_ADD = "user.add"
    USER_CHANGE = "user.change"
    DEPARTMENT_ADD = "department.add"
    DEPARTMENT_LIST = "department.list"
    DICTIONARY_LIST = "dictionary.list"
    DICTIONARY_ADD = "dictionary.add"
    DICTIONARY_REMOVE = "dictionary.remove"
    INDEX_REBUILD = "index.rebuild"
    INDEX_PURGE = "index.purge"
    INDEX_VERIFY = "index.verify"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_KEY = "audit.key"
    AUDIT_REPLAY = "audit.replay"
    KEY_READ = "key.read"
    KEY_ROTATE = "key.rotate"
    CONFIGURE = "configure"
    POLICY_SHOW = "policy.show"
    POLICY_CHECK = "policy.check"
    POLICY_DIFF = "policy.diff"
    POLICY_PAST = "policy.past"
    UPGRADE = "upgrade"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class AuditEntry(NamedTuple):
    """One operation.

    ``target`` names its object (a record id, a user, a file digest), empty when there is none.
    ``detail`` holds no sensitive value.
    """

    at: datetime
    user: str
    action: Action
    target: str = ""
    outcome: Outcome = Outcome.DONE
    detail: Mapping[str, JsonValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to show; every condition given must hold.

    ``since`` is included, ``until`` is not.
    """

    user: str | None = None
    action: Action | None = None
    target: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry as the log holds it: its number, counted from 1, and its link in the chain."""

    seq: int
    entry: AuditEntry
    digest: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last link of the chain; kept elsewhere, it proves that nothing was cut off the end."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """A place where the chain does not hold. ``reason`` is in Chinese."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the whole chain found."""

    entries: int
    breaks: tuple[ChainBreak, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was edited, removed, inserted or reordered."""
        return not self.breaks
