"""Tokens of programs: made, listed and revoked."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from archsearch.domain.access import Role
from archsearch.domain.audit import Action
from archsearch.domain.policy import Errand, Place, Policy, Right, needed
from archsearch.domain.record import JsonValue
from archsearch.domain.sessions import TOKEN_NAME_LIMIT, ApiToken, TokenRules
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.security.bearers import digest, new_token_secret
from archsearch.services.identity import in_person, principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import api_tokens, users

_BORROWED: Final = frozenset({Place.ALL, Place.GRANTED})
"""Where a role has to read that has something of borrowing."""
_MISSING: Final = "没有这个令牌；请用 archsearch token list 查看。"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its secret, which is shown once and kept nowhere."""

    token: ApiToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenService:
    """Makes tokens on behalf of who manages users; owners may list and revoke theirs."""

    trail: Trail
    policy: Policy
    rules: TokenRules
    key: bytes

    def create(
        self,
        user: str,
        name: str,
        rights: Iterable[Right | Errand],
        by: str,
        *,
        days: int | None = None,
    ) -> NewToken:
        """Make a token for a user.

        Args:
            user: Whose rights it gives, as they are at each request.
            name: What it is for; one of the user's has it at a time.
            rights: Those of the user's rights that it is good for, and errands.
            by: Who makes it.
            days: How long it lasts; by default as configured.

        Raises:
            AccessDeniedError: Who asks does not manage users, or came in by a token.
            ConflictError: The user has one of this name, or too many.
            InvalidRequestError: A value is not possible; says which are.
            NotFoundError: There is no such user.
        """
        wanted = tuple(sorted(set(rights)))
        lasting = self.rules.days if days is None else days
        with self.trail.failures(by, Action.TOKEN_ADD, target=user):
            self._authorise(by, user, managing=True)
            self._check(name, wanted, lasting)
            secret, now = new_token_secret(), self.trail.clock()
            expires = now + timedelta(days=lasting)
            token = ApiToken(0, user, name, wanted, now, str(by), expires)
            with self.trail.database.write() as connection:
                role = users.existing(connection, user).role
                for right in wanted:
                    if not self._held(role, right):
                        raise InvalidRequestError(
                            f"该用户的角色没有 {right} 这项权限，令牌不能比用户的权限大。"
                        )
                if api_tokens.live(connection, user, now) >= self.rules.most:
                    raise ConflictError(f"一个用户最多 {self.rules.most} 个令牌；请先吊销不用的。")
                number = api_tokens.add(connection, token, digest(self.key, secret))
                detail: dict[str, JsonValue] = {
                    "token": number,
                    "rights": " ".join(wanted),
                    "days": lasting,
                }
                entry = self.trail.entry(by, Action.TOKEN_ADD, target=user, detail=detail, at=now)
                self.trail.log.append(connection, entry)
        return NewToken(replace(token, id=number), secret)

    def all(self, by: str, user: str | None = None) -> tuple[ApiToken, ...]:
        """List tokens, of one user or of all, revoked and expired ones too.

        Raises:
            AccessDeniedError: They are not one's own, and one does not manage users.
        """
        target = user or ""
        with self.trail.failures(by, Action.TOKEN_LIST, target=target):
            self._authorise(by, target, managing=user is None)
            with self.trail.database.read() as connection:
                if user is not None:
                    users.existing(connection, user)
                found = api_tokens.all_tokens(connection)
        self.trail.note(by, Action.TOKEN_LIST, target=target)
        return tuple(token for token in found if user in {None, token.user})

    def revoke(self, number: int, by: str) -> ApiToken:
        """End a token for good, from its next request on; ending it again changes nothing.

        Raises:
            AccessDeniedError: Who asks came in by a token.
            NotFoundError: There is no such token, or it is somebody else's.
        """
        with self.trail.failures(by, Action.TOKEN_REVOKE, target=f"token:{number}"):
            with self.trail.database.read() as connection:
                principal = principal_of(connection, by, self.trail.clock())
                found = api_tokens.get(connection, number)
            in_person(self.policy, principal, by)
            mine = found is not None and found.user == by
            if found is None or not (mine or self.policy.may(principal, Right.USERS)):
                raise NotFoundError(_MISSING)
            with self.trail.database.write() as connection:
                now = self.trail.clock()
                if api_tokens.revoke(connection, number, by=by, at=now):
                    target, detail = f"token:{number}", {"user": found.user}
                    entry = self.trail.entry(by, Action.TOKEN_REVOKE, target=target, detail=detail)
                    self.trail.log.append(connection, entry)
                return api_tokens.get(connection, number) or found

    def _held(self, role: Role | None, right: Right | Errand) -> bool:
        """Whether a role has a right, or can do an errand."""
        if isinstance(right, Right):
            return self.policy.rule(role, right) is not None
        read = self.policy.rule(role, Right.READ)
        if read is None:
            return False
        return right is Errand.PROPOSE or not read.places.isdisjoint(_BORROWED)

    def _check(self, name: str, rights: tuple[Right | Errand, ...], days: int) -> None:
        if not name.strip() or len(name) > TOKEN_NAME_LIMIT or not name.isprintable():
            raise InvalidRequestError(f"令牌的名称须有 1 至 {TOKEN_NAME_LIMIT} 个可见的字。")
        if not rights:
            raise InvalidRequestError("请写明令牌有哪些权限，如 read,screen。")
        if not 1 <= days <= self.rules.max_days:
            raise InvalidRequestError(f"令牌的有效期须在 1 到 {self.rules.max_days} 天之间。")
        for right in rights:
            for missing in sorted(needed(right) - set(rights)):
                raise InvalidRequestError(f"要有 {right}，须先有 {missing}；请把它也写上。")

    def _authorise(self, by: str, name: str, *, managing: bool) -> None:
        with self.trail.database.read() as connection:
            principal = principal_of(connection, by, self.trail.clock())
        in_person(self.policy, principal, by if managing else name)
        if managing:
            require(self.policy, principal, Right.USERS)
