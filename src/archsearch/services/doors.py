"""The one way in for every door: logging in, and who it is that shows a session or a token."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, Outcome
from archsearch.domain.passwords import prepared
from archsearch.domain.record import JsonValue
from archsearch.domain.sessions import ApiToken, End, Session, SessionRules
from archsearch.domain.users import User, is_user_name
from archsearch.domain.zone import CHINA
from archsearch.errors import (
    CodeNeededError,
    InvalidRequestError,
    LoginRefusedError,
    LoginWaitError,
    NotAuthenticatedError,
)
from archsearch.security.bearers import digest, is_token_secret, new_session_secret
from archsearch.services.identity import lasting, not_before
from archsearch.services.passwords import PasswordService
from archsearch.services.second_factor import SecondFactorService
from archsearch.services.throttle import Attempt, Source, Throttle, must_wait
from archsearch.services.trail import Trail
from archsearch.storage import api_tokens, passwords, sessions, users
from archsearch.storage.passwords import Kept

UNKNOWN: Final = "(unknown)"
"""Stands in the log for who is no user: what they typed may be anything, a password too."""

NOWHERE: Final = Source()

_TOUCHED: Final = timedelta(minutes=1)
"""How stale the last use of a session may be: not every request is to write."""

_REFUSED: Final = "用户名、密码或验证码不对；请检查大小写和输入法后再试。"
_ENDED: Final = "请先登录：会话或令牌无效，或已结束。"


@dataclass(frozen=True, slots=True)
class Login:
    """What whoever has logged in is given: shown once, kept by the archive as digests only.

    ``secret`` opens the session at every request. ``device`` is for the place they came from to
    keep, and to show at later log-ins: with it nobody else's wrong tries make it wait.
    """

    session: Session
    secret: str = field(repr=False)
    device: str = field(repr=False)


class _Claim(NamedTuple):
    """What is looked at when somebody claims to be a user."""

    name: str
    user: User | None
    kept: Kept | None
    attempt: Attempt
    source: Source


@dataclass(frozen=True, slots=True)
class Doors:
    """Lets people and programs in.

    No answer, and no time it takes, says whether there is a user of a name.
    """

    trail: Trail
    passwords: PasswordService
    factor: SecondFactorService
    throttle: Throttle
    rules: SessionRules
    key: bytes

    def authenticate(
        self, name: str, password: str, code: str = "", source: Source = NOWHERE
    ) -> Login:
        """Begin a session of a person.

        Args:
            name: The user.
            password: Their password.
            code: Of their second factor, where they have one; a recovery code will do.
            source: Where they come from.

        Raises:
            CodeNeededError: All is right but that there is no code.
            LoginRefusedError: The user, the password or the code is wrong.
            LoginWaitError: There were too many wrong tries.
        """
        claim = self._claim(name, source)
        hashed = claim.kept.hash if claim.kept and _may_log_in(claim.user) else None
        right = self.passwords.matches(password, hashed)
        rehashed = self.passwords.renewed(password, hashed) if right and hashed else None
        with self.trail.database.write() as connection:
            now = self.trail.clock()
            reason = self._judged(connection, claim, code, now) if right else _reason(claim)
            if not reason and claim.user:
                if rehashed:
                    passwords.rehash(connection, name, rehashed)
                return self._begin(connection, claim.user, claim, code=bool(code))
            if reason == _CODE_MISSING:
                self.throttle.take_back(connection, claim.attempt, now)
            known = claim.user.name if claim.user else UNKNOWN
            self._enter(connection, known, Outcome.DENIED, source, {"reason": reason})
        if reason == _CODE_MISSING:
            raise CodeNeededError("请再输入动态验证码，或一个恢复码。")
        raise LoginRefusedError(_REFUSED)

    def change_password(self, secret: str, old: str, new: str) -> Login:
        """Give whoever is logged in another password: all sessions end, and a new one begins.

        Raises:
            InvalidRequestError: The new password is not good enough.
            LoginRefusedError: The old one is wrong.
            LoginWaitError: It was wrong too often.
            NotAuthenticatedError: There is no such session.
        """
        session = self.session(secret)
        # A thief of the session guesses at its owner's password from nowhere else.
        source = Source(f"session:{session.id}")
        claim = self._claim(session.user, source, inside=True)
        right = self.passwords.matches(old, claim.kept.hash if claim.kept else None)
        if claim.user is None or not right:
            self._note(session.user, Outcome.DENIED, source, {"reason": "password"})
            raise LoginRefusedError("原密码不对。")
        with self.trail.failures(session.caller, Action.PASSWORD, target=session.user):
            if prepared(new) == prepared(old):
                raise InvalidRequestError("新密码和原密码一样；请换一个。")
            hashed = self.passwords.hashed(new, claim.user)
        with self.trail.database.write() as connection:
            now = self.trail.clock()
            live = self._live(connection, secret, now) is not None
            if not live or not self._unchanged(connection, claim):
                raise NotAuthenticatedError(_ENDED)
            self.passwords.keep(connection, session.user, hashed, must_change=False)
            entry = self.trail.entry(session.caller, Action.PASSWORD, target=session.user)
            self.trail.log.append(connection, entry)
            changed = claim._replace(source=Source(session.source), kept=None)
            return self._begin(connection, claim.user, changed, code=False)

    def session(self, secret: str) -> Session:
        """Tell whose session it is, now; its ``caller`` acts for the user.

        Raises:
            NotAuthenticatedError: There is no such session, or it has ended.
        """
        with self.trail.database.read() as connection:
            now = self.trail.clock()
            found = self._live(connection, secret, now)
            if found is not None:
                now = not_before(connection, now, found.created_at)
        if found is None:
            raise NotAuthenticatedError(_ENDED)
        if now - found.seen_at >= _TOUCHED:
            with self.trail.database.write() as connection:
                sessions.touch(connection, found.id, now)
            found = replace(found, seen_at=now)
        return found

    def token(self, secret: str) -> ApiToken:
        """Tell whose token it is, now; its ``caller`` acts for the user, within its rights.

        Raises:
            NotAuthenticatedError: There is no such token, it has expired or was revoked, or its
                user is disabled.
        """
        if not is_token_secret(secret):
            raise NotAuthenticatedError(_ENDED)
        with self.trail.database.read() as connection:
            now = self.trail.clock()
            shown = api_tokens.find(connection, digest(self.key, secret))
            if shown is not None:
                now = not_before(connection, now, shown.token.created_at)
        if shown is None:
            raise NotAuthenticatedError(_ENDED)
        token, day = shown.token, now.astimezone(CHINA).date().isoformat()
        reason = ""
        if token.revoked_at is not None:
            reason = "revoked"
        elif now >= token.expires_at:
            reason = "expired"
        elif shown.disabled:
            reason = "disabled"
        if reason:
            if shown.refused_on != day:
                self._note_refused(token, reason, day)
            raise NotAuthenticatedError(_ENDED)
        if token.used_on != day:
            with self.trail.database.write() as connection:
                api_tokens.note_used(connection, token.id, day)
        return token

    def logout(self, secret: str) -> None:
        """End a session; one that has ended already stays so."""
        with self.trail.database.write() as connection:
            now = self.trail.clock()
            found = self._live(connection, secret, now)
            if found is not None:
                sessions.end(connection, found.id, End.LOGOUT, now)
                entry = self.trail.entry(found.caller, Action.LOGOUT, target=found.user)
                self.trail.log.append(connection, entry)

    def _claim(self, name: str, source: Source, *, inside: bool = False) -> _Claim:
        """Look up what is claimed, and count it as a wrong try until it has proved right."""
        refused: LoginWaitError | None = None
        with self.trail.database.write() as connection:
            now = self.trail.clock()
            # Whatever was typed: what cannot be a name is nobody's, and looked for all the same.
            name = name if is_user_name(name) else ""
            user, kept = users.get(connection, name), passwords.get(connection, name)
            if inside:
                attempt = self.throttle.inside(name, source.address)
            else:
                attempt = self.throttle.attempt(connection, name, source, now)
            wait = self.throttle.wait(connection, attempt, now)
            if wait is None:
                self.throttle.count(connection, attempt, now)
            else:
                refused = must_wait(wait.length)
                if wait.new:
                    self.throttle.note(connection, wait)
                    who, detail = user.name if user else UNKNOWN, {"seconds": refused.seconds}
                    self._enter(connection, who, Outcome.DENIED, source, detail, Action.LOGIN_WAIT)
        if refused is not None:
            raise refused
        return _Claim(name, user, kept, attempt, source)

    def _judged(self, connection: Connection, claim: _Claim, code: str, now: datetime) -> str:
        """Say what is wrong though the password is right; nothing if nothing is."""
        if not self._unchanged(connection, claim):
            return "changed"
        if not self.factor.active(connection, claim.name):
            return ""
        if not code:
            return _CODE_MISSING
        return "" if self.factor.accepts(connection, claim.name, code, now) else "code"

    def _unchanged(self, connection: Connection, claim: _Claim) -> bool:
        """Whether user and password are still what they were when the password was looked at."""
        user = users.get(connection, claim.name)
        return user == claim.user and passwords.get(connection, claim.name) == claim.kept

    def _begin(self, connection: Connection, user: User, claim: _Claim, *, code: bool) -> Login:
        now = self.trail.clock()
        source, secret = claim.source, new_session_secret()
        device = source.device if claim.attempt.known and source.device else new_session_secret()
        placed = Source(source.address, device)
        self.throttle.succeed(connection, user.name, claim.attempt, placed, now)
        sessions.forget_before(connection, now - self.rules.longest)
        self._make_room(connection, user.name, now)
        ends, shown = now + self.rules.longest, _shown(source)
        new = sessions.NewSession(user.name, user.role, digest(self.key, secret), shown, now, ends)
        number = sessions.add(connection, new)
        must_change = claim.kept is not None and claim.kept.must_change
        detail: dict[str, JsonValue] = {"session": number, "known": claim.attempt.known}
        detail["code"] = code
        said = {**detail, "source": shown}
        entry = self.trail.entry(user.name, Action.LOGIN, target=user.name, detail=said, at=now)
        self.trail.log.append(connection, entry)
        session = Session(number, user.name, now, now, ends, shown, must_change)
        return Login(session, secret, device)

    def _make_room(self, connection: Connection, name: str, now: datetime) -> None:
        open_ones = sessions.of_user(connection, name)
        live = [one for one in open_ones if lasting(connection, one, self.rules, now)]
        for crowded in live[: max(len(live) - self.rules.most + 1, 0)]:
            sessions.end(connection, crowded.id, End.CROWDED, now)

    def _live(self, connection: Connection, secret: str, now: datetime) -> Session | None:
        found = sessions.find(connection, digest(self.key, secret))
        return found if found and lasting(connection, found, self.rules, now) else None

    def _enter(
        self,
        connection: Connection,
        name: str,
        outcome: Outcome,
        source: Source,
        detail: Mapping[str, JsonValue],
        action: Action = Action.LOGIN,
    ) -> None:
        target = "" if name == UNKNOWN else name
        said = {**detail, "source": _shown(source)}
        entry = self.trail.entry(name, action, target=target, outcome=outcome, detail=said)
        self.trail.log.append(connection, entry)

    def _note(
        self, name: str, outcome: Outcome, source: Source, detail: Mapping[str, JsonValue]
    ) -> None:
        with self.trail.database.write() as connection:
            self._enter(connection, name, outcome, source, detail)

    def _note_refused(self, token: ApiToken, reason: str, day: str) -> None:
        """Enter a refused token in the log, once a day: programs ask again and again."""
        with self.trail.database.write() as connection:
            api_tokens.note_refused(connection, token.id, day)
            target, detail = f"token:{token.id}", {"reason": reason}
            entry = self.trail.entry(
                token.user, Action.TOKEN_USE, target=target, outcome=Outcome.DENIED, detail=detail
            )
            self.trail.log.append(connection, entry)


_CODE_MISSING: Final = "code_missing"
_LONGEST_SOURCE: Final = 64


def _may_log_in(user: User | None) -> bool:
    return user is not None and not user.disabled and user.role is not Role.PROGRAM


def _reason(claim: _Claim) -> str:
    """Say for the log what is wrong with a claim whose password did not prove right."""
    if claim.user is None:
        return "unknown"
    if claim.user.disabled:
        return "disabled"
    if claim.user.role is Role.PROGRAM or claim.kept is None:
        return "no_password"
    return "password"


def _shown(source: Source) -> str:
    return "".join(filter(str.isprintable, source.address))[:_LONGEST_SOURCE]
