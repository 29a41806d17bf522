"""The Python API of accounts: ``archive.accounts``, ``archive.tokens``, ``archive.doors``.

The rest of the API acts for whoever it is told, as who can open a workspace can read its files
anyway. A server is what needs these: it lets people and programs in by ``archive.doors`` and hands
the ``caller`` that it gets as ``user`` to everything else.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.domain.policy import Errand, Right
from archsearch.domain.sessions import ApiToken, Session
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError

if TYPE_CHECKING:
    from archsearch.services.accounts import Account
    from archsearch.services.doors import Login
    from archsearch.services.second_factor import Enrolment
    from archsearch.services.tokens import NewToken


class AccountDesk:
    """Passwords, second factors, sessions, waits: of one's own account, or by who manages users."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def show(self, name: str, *, user: str) -> "Account":
        """Tell how an account stands.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users.
            NotFoundError: There is no such user.
        """
        texts(name=name, user=user)
        return self._application.reception.accounts.show(name, user)

    def set_password(self, name: str, password: str | None = None, *, user: str) -> str:
        """Set a password, which ends the user's sessions.

        One that somebody else has set is good for nothing but choosing another at the first login.

        Args:
            name: Whose password.
            password: What it is to be; None to have one made.
            user: Who sets it.

        Returns:
            The password if it was made, which is the only time it is shown; else an empty text.

        Raises:
            AccessDeniedError: It is not one's own, and one does not manage users; or it is one's
                own and ``user`` came in by a session, who needs ``doors.change_password``.
            InvalidRequestError: It is too short, too common, or a name; says which.
            NotFoundError: There is no such user.
        """
        texts(name=name, user=user)
        if password is not None:
            texts(password=password)
        return self._application.reception.passwords.set(name, password, user)

    def begin_second_factor(self, name: str, *, user: str, password: str = "") -> "Enrolment":
        """Make a secret for an authenticator, to be confirmed by a code of it before it counts.

        Who came in by a session gives the password for their own.

        Raises:
            ConflictError: The user has one.
            LoginRefusedError: The password is wrong.
            LoginWaitError: It was wrong too often.
        """
        texts(name=name, user=user, password=password)
        return self._application.reception.second_factor.begin(name, user, password)

    def confirm_second_factor(self, name: str, code: str, *, user: str) -> tuple[str, ...]:
        """Make it count, and give ten recovery codes, which are shown this once.

        The user's other sessions end.

        Raises:
            InvalidRequestError: The code is wrong.
            LoginWaitError: It was wrong too often.
            NotFoundError: None was begun.
        """
        texts(name=name, code=code, user=user)
        return self._application.reception.second_factor.confirm(name, code, user)

    def remove_second_factor(self, name: str, *, user: str, code: str = "") -> None:
        """Take it away, which ends the user's sessions; who does not manage users gives a code.

        So does who came in by a session, for their own.

        Raises:
            InvalidRequestError: The code is wrong.
            LoginWaitError: It was wrong too often.
            NotFoundError: There is none.
        """
        texts(name=name, code=code, user=user)
        self._application.reception.second_factor.remove(name, user, code)

    def sessions(self, name: str, *, user: str) -> tuple[Session, ...]:
        """List a user's sessions, the earliest first."""
        texts(name=name, user=user)
        return self._application.reception.accounts.sessions(name, user)

    def end_sessions(self, name: str, *, user: str, session: int | None = None) -> int:
        """End one session of a user, or all; tell how many.

        Raises:
            NotFoundError: There is no such session.
        """
        texts(name=name, user=user)
        if session is not None:
            numbers(session=session)
        return self._application.reception.accounts.end(name, user, session)

    def unlock(self, name: str, *, user: str) -> None:
        """Forget the wrong tries at an account, so that nobody has to wait."""
        texts(name=name, user=user)
        self._application.reception.accounts.unlock(name, user)


class TokenDesk:
    """Tokens of programs."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def create(
        self,
        name: str,
        *,
        owner: str,
        rights: Iterable[str],
        user: str,
        days: int | None = None,
    ) -> "NewToken":
        """Make a token; its ``secret`` is shown this once.

        Args:
            name: What it is for.
            owner: The user whose rights it gives, as they are at each request.
            rights: Those of them that it is good for, as in ``policy.yaml``: ``read``, ``screen``
                …; and ``propose`` and ``borrow``, if it is to ask for changes or records in the
                owner's name.
            user: Who makes it: somebody who manages users.
            days: How long it lasts; by default as configured.

        Raises:
            AccessDeniedError: Who asks does not manage users.
            ConflictError: The owner has one of this name, or too many.
            InvalidRequestError: A value is not possible; says which are.
            NotFoundError: There is no such owner.
        """
        texts(name=name, owner=owner, user=user)
        if days is not None:
            numbers(days=days)
        wanted = [rights] if isinstance(rights, str) else list(rights)
        texts(**{f"rights[{at}]": right for at, right in enumerate(wanted)})
        known: dict[str, Right | Errand] = {each: each for each in (*Right, *Errand)}
        for right in wanted:
            if right not in known:
                raise InvalidRequestError(f"没有权限“{right}”；可选：{'、'.join(known)}。")
        service = self._application.reception.tokens
        return service.create(owner, name, [known[right] for right in wanted], user, days=days)

    def list(self, *, user: str, owner: str | None = None) -> tuple[ApiToken, ...]:
        """List tokens of one owner, or of all; revoked and expired ones too.

        Raises:
            AccessDeniedError: They are not one's own, and one does not manage users.
        """
        texts(user=user)
        if owner is not None:
            texts(owner=owner)
        return self._application.reception.tokens.all(user, owner)

    def revoke(self, token: int, *, user: str) -> ApiToken:
        """End a token for good, by its ``id``.

        Raises:
            NotFoundError: There is no such token, or it is somebody else's.
        """
        texts(user=user)
        numbers(token=token)
        return self._application.reception.tokens.revoke(token, user)


class DoorDesk:
    """Who comes in: for servers."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def login(
        self, name: str, password: str, *, code: str = "", address: str = "", device: str = ""
    ) -> "Login":
        """Begin a session of a person.

        Args:
            name: The user.
            password: Their password.
            code: Of their authenticator, where they have a second factor; or a recovery code.
            address: Where they come from: theirs, not that of a proxy before the server.
            device: What they were given as ``device`` at an earlier login.

        Raises:
            CodeNeededError: All is right but that there is no code.
            LoginRefusedError: Something is wrong; what, is not said.
            LoginWaitError: There were too many wrong tries; ``seconds`` says how long to wait.
        """
        from archsearch.services.throttle import Source  # noqa: PLC0415 - few programs are servers

        texts(name=name, password=password, code=code, address=address, device=device)
        source = Source(address, device)
        return self._application.reception.doors.authenticate(name, password, code, source)

    def session(self, secret: str) -> Session:
        """Tell whose session it is, to be asked at every request.

        Raises:
            NotAuthenticatedError: There is no such session, or it has ended.
        """
        texts(secret=secret)
        return self._application.reception.doors.session(secret)

    def token(self, secret: str) -> ApiToken:
        """Tell whose token it is, to be asked at every request.

        Raises:
            NotAuthenticatedError: It is none, or no longer.
        """
        texts(secret=secret)
        return self._application.reception.doors.token(secret)

    def change_password(self, secret: str, old: str, new: str) -> "Login":
        """Give whoever is logged in another password; all sessions end and a new one begins.

        Raises:
            InvalidRequestError: The new password is not good enough.
            LoginRefusedError: The old one is wrong.
        """
        texts(secret=secret, old=old, new=new)
        return self._application.reception.doors.change_password(secret, old, new)

    def logout(self, secret: str) -> None:
        """End a session."""
        texts(secret=secret)
        self._application.reception.doors.logout(secret)
