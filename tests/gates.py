"""An archive with a door: people log in, programs show tokens, and hashes are cheap."""

import base64
from pathlib import Path

from archsearch.domain.audit import Action, AuditFilter, LoggedEntry
from archsearch.security import codes
from archsearch.services.doors import Doors, Login
from archsearch.services.throttle import Source
from archsearch.storage import audit_log
from tests.offices import Office

CHEAP = """
accounts:
  hashing: {memory_kib: 7168, passes: 1, lanes: 1}
  login: {source_tries: 40}
"""
GOOD = "三块石头 and one well"
"""A password that the rules let through."""
HOME = Source("192.0.2.1")
STREET = Source("198.51.100.7")


class Gate(Office):
    """An open archive whose users log in."""

    def __init__(self, path: Path) -> None:
        settings = path / "archsearch.yaml"
        settings.write_text(settings.read_text("utf-8") + CHEAP, "utf-8")
        super().__init__(path)

    @property
    def doors(self) -> Doors:
        return self.application.reception.doors

    def admit(self, name: str, role: str = "employee", department: str = "甲部") -> None:
        """Add a user with a password of their own."""
        self.archive.add_user(name, role=role, departments=[department])
        self.archive.accounts.set_password(name, GOOD, user=name)

    def login(
        self, name: str, password: str = GOOD, code: str = "", source: Source = HOME
    ) -> Login:
        return self.doors.authenticate(name, password, code, source)

    def token(self, owner: str, *rights: str, name: str = "夜间") -> str:
        """Make a token and give its secret."""
        return self.archive.tokens.create(name, owner=owner, rights=rights, user="admin").secret

    def logged(self, *actions: Action) -> list[LoggedEntry]:
        """List what the log has of some actions, the earliest first."""
        with self.application.database.read() as connection:
            found = audit_log.search(connection, AuditFilter(), limit=1000)
        return [one for one in reversed(found) if one.entry.action in actions]


def code_of(gate: Gate, enrolled_secret: str) -> str:
    """Make the code that an authenticator shows now."""
    secret = base64.b32decode(enrolled_secret)
    return codes.code_at(secret, codes.step_of(gate.clock.now.timestamp()))
