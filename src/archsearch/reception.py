"""The wiring of accounts: who may come in, and how. Most runs of the program need none of it."""

from dataclasses import dataclass
from typing import Self

from archsearch.security.passwords import PasswordHasher
from archsearch.security.tokens import derive_key
from archsearch.services.accounts import AccountService
from archsearch.services.doors import Doors
from archsearch.services.passwords import PasswordService
from archsearch.services.proof import Proof
from archsearch.services.second_factor import SecondFactorService
from archsearch.services.throttle import Throttle
from archsearch.services.tokens import TokenService
from archsearch.services.trail import Trail
from archsearch.settings.lists import words
from archsearch.settings.model import Settings

COMMON_PASSWORDS = "common_passwords.txt"


@dataclass(frozen=True, slots=True)
class Reception:
    """The services of accounts."""

    passwords: PasswordService
    second_factor: SecondFactorService
    accounts: AccountService
    tokens: TokenService
    doors: Doors

    @classmethod
    def of(cls, settings: Settings, secret: bytes, trail: Trail) -> Self:
        """Make them."""
        options, policy = settings.options.accounts, settings.policy
        hasher = PasswordHasher(derive_key(secret, "accounts/passwords"), options.hashing)
        common = settings.lists(COMMON_PASSWORDS)
        passwords = PasswordService(trail, policy, hasher, options.passwords, lambda: words(common))
        throttle = Throttle(options.login, derive_key(secret, "accounts/sources"))
        proof = Proof(trail, passwords, throttle)
        factor = SecondFactorService(
            proof, policy, derive_key(secret, "accounts/second_factor"), options.issuer
        )
        bearers = derive_key(secret, "accounts/bearers")
        return cls(
            passwords,
            factor,
            AccountService(trail, policy, throttle, factor, options.sessions),
            TokenService(trail, policy, options.tokens, bearers),
            Doors(trail, passwords, factor, throttle, options.sessions, bearers),
        )
