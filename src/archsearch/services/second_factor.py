"""The second factor: one-time codes of an authenticator, and recovery codes for when it is lost."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.audit import Action
from archsearch.domain.callers import via_of
from archsearch.domain.policy import Policy, Right
from archsearch.domain.sessions import End
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.security import codes
from archsearch.security.sealing import Seal
from archsearch.security.tokens import derive_key
from archsearch.services.identity import in_person, principal_of
from archsearch.services.proof import CODES, Proof, by_session
from archsearch.storage import second_factors, sessions, users

_WRONG: Final = "验证码不对，或已经用过；请看准时间，输入最新的一个。"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator needs, as a URI and as a secret to be typed; shown once."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)


class SecondFactorService:
    """Sets second factors up, takes them away, and judges codes.

    Args:
        proof: Asks for passwords and codes.
        policy: Who may manage users.
        key: Of the workspace, for this use.
        issuer: What authenticators are to call the installation.
    """

    def __init__(self, proof: Proof, policy: Policy, key: bytes, issuer: str) -> None:
        self._proof = proof
        self._trail = proof.trail
        self._policy = policy
        self._seal = Seal(derive_key(key, "secrets"))
        self._recovery = derive_key(key, "recovery")
        self._issuer = issuer

    def begin(self, name: str, by: str, password: str = "") -> Enrolment:
        """Make a secret for a user's authenticator; it counts from its first code on.

        Who came in by a session gives the password for their own.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users.
            ConflictError: The user has a second factor.
            InvalidRequestError: The user is a program.
            LoginRefusedError: The password is wrong.
            LoginWaitError: It was wrong too often.
            NotFoundError: There is no such user.
        """
        secret = codes.new_secret()
        with self._trail.failures(by, Action.SECOND_FACTOR, target=name):
            self._authorise(name, by)
            if by_session(name, by):
                self._proof.password(by, password)
            with self._trail.database.write() as connection:
                if users.existing(connection, name).role is Role.PROGRAM:
                    raise InvalidRequestError("程序账号用令牌，没有动态验证码。")
                if self.active(connection, name):
                    raise ConflictError("该用户已启用动态验证码；要换一个，请先用 --remove 取消。")
                sealed = self._seal.seal(secret, _place(name))
                second_factors.begin(connection, name, sealed)
                self._note(connection, name, by, "begin")
        uri = codes.enrolment_uri(secret, name, self._issuer)
        return Enrolment(uri, codes.shown_secret(secret))

    def confirm(self, name: str, code: str, by: str) -> tuple[str, ...]:
        """Make a secret count by a code of it, which ends the user's other sessions.

        Returns:
            Ten recovery codes, each good for once; kept nowhere else.

        Raises:
            ConflictError: It counts already.
            InvalidRequestError: The code is wrong.
            LoginWaitError: It was wrong too often.
            NotFoundError: There is no such user, or nothing was begun.
        """
        made = codes.new_recovery_codes()
        with self._trail.failures(by, Action.SECOND_FACTOR, target=name):
            self._authorise(name, by)
            attempt = self._proof.tried(name, CODES)
            with self._trail.database.write() as connection:
                users.existing(connection, name)
                if self.active(connection, name):
                    raise ConflictError("该用户已启用动态验证码。")
                if second_factors.get(connection, name) is None:
                    raise NotFoundError("还没有开始设置；请先运行 archsearch user totp。")
                if not self._is_next(connection, name, code, self._trail.clock()):
                    raise InvalidRequestError(_WRONG)
                digests = [codes.recovery_digest(self._recovery, each) for each in made]
                second_factors.put_codes(connection, name, digests)
                self._proof.throttle.forget(connection, attempt)
                self._end_others(connection, name, by)
                self._note(connection, name, by, "confirm")
        return made

    def remove(self, name: str, by: str, code: str = "") -> None:
        """Take a user's second factor away, which ends their sessions.

        Who does not manage users gives a code of it; so does who came in by a session, for their
        own.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users.
            InvalidRequestError: The code is wrong.
            LoginWaitError: It was wrong too often.
            NotFoundError: There is no such user, or no second factor.
        """
        with self._trail.failures(by, Action.SECOND_FACTOR, target=name):
            trusted = self._authorise(name, by) and not by_session(name, by)
            attempt = None if trusted else self._proof.tried(name, CODES)
            now = self._trail.clock()
            with self._trail.database.write() as connection:
                users.existing(connection, name)
                if attempt is not None:
                    if not self.accepts(connection, name, code, now):
                        raise InvalidRequestError(_WRONG)
                    self._proof.throttle.forget(connection, attempt)
                if not second_factors.remove(connection, name):
                    raise NotFoundError("该用户没有启用动态验证码。")
                sessions.end_all(connection, name, End.SECOND_FACTOR, now)
                self._note(connection, name, by, "remove")

    def _end_others(self, connection: Connection, name: str, by: str) -> None:
        """End sessions that were begun without it; who came in by one that proved it goes on."""
        for one in sessions.of_user(connection, name):
            if one.caller.via != via_of(by):
                sessions.end(connection, one.id, End.SECOND_FACTOR, self._trail.clock())

    def active(self, connection: Connection, name: str) -> bool:
        """Whether a user has a second factor that counts."""
        found = second_factors.get(connection, name)
        return found is not None and found.active

    def accepts(self, connection: Connection, name: str, code: str, now: datetime) -> bool:
        """Judge a code, and use it up."""
        code = codes.folded(code)
        if codes.is_code(code):
            return self.active(connection, name) and self._is_next(connection, name, code, now)
        digest = codes.recovery_digest(self._recovery, code)
        return second_factors.use_code(connection, name, digest)

    def _is_next(self, connection: Connection, name: str, code: str, now: datetime) -> bool:
        found, secret = second_factors.get(connection, name), self._secret(connection, name)
        if found is None or secret is None:
            return False
        present = codes.step_of(now.timestamp())
        step = codes.matching_step(secret, codes.folded(code), present, found.last_step)
        return step is not None and second_factors.use(connection, name, step)

    def _secret(self, connection: Connection, name: str) -> bytes | None:
        found = second_factors.get(connection, name)
        return None if found is None else self._seal.open(found.sealed, _place(name))

    def _authorise(self, name: str, by: str) -> bool:
        """Refuse others; tell whether who asks manages users."""
        with self._trail.database.read() as connection:
            principal = principal_of(connection, by, self._trail.clock())
        in_person(self._policy, principal, name)
        return self._policy.may(principal, Right.USERS)

    def _note(self, connection: Connection, name: str, by: str, deed: str) -> None:
        entry = self._trail.entry(by, Action.SECOND_FACTOR, target=name, detail={"deed": deed})
        self._trail.log.append(connection, entry)


def _place(name: str) -> bytes:
    return f"second_factor/{name}".encode()
