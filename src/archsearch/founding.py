"""What makes a store this workspace's own: its secret, its log, its first administrator."""

from hmac import compare_digest
from typing import Final

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.users import User
from archsearch.errors import ConflictError, WorkspaceError
from archsearch.security.tokens import derive_key
from archsearch.services.identity import Clock
from archsearch.services.index import SYSTEM
from archsearch.services.policy import keep_policy
from archsearch.settings.model import Settings
from archsearch.storage import meta, users
from archsearch.storage.anchors import Anchors
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database

FIRST_ADMINISTRATOR: Final = "admin"
SECRET: Final = "secret.key"  # noqa: S105 - the name of the file
_PROOF: Final = "secret/proof"


def check_secret(database: Database, secret: bytes) -> None:
    """Refuse a secret that is not the one the store was made with.

    Raises:
        WorkspaceError: It is not.
    """
    proof = derive_key(secret, "proof").hex()
    with database.read() as connection:
        kept = meta.get(connection, _PROOF)
    if kept is None:
        with database.write() as connection:
            meta.put(connection, _PROOF, proof)
    elif not compare_digest(kept, proof):
        raise WorkspaceError(f"密钥文件 {SECRET} 不是建立这个工作区时的那个；请从备份恢复。")


def audit_log(settings: Settings, secret: bytes) -> AuditLog:
    """Make the way into the log."""
    anchors = settings.workspace.root / settings.options.audit.anchors
    return AuditLog(derive_key(secret, "audit"), Anchors(anchors))


def add_first_administrator(
    database: Database, settings: Settings, secret: bytes, clock: Clock
) -> None:
    """Add who adds all others, and make the first entry in the log.

    Raises:
        ConflictError: That was done before.
    """
    clearance = settings.vocabularies["secrecy"].terms[-1]
    admin = User(FIRST_ADMINISTRATOR, "管理员", Role.ADMINISTRATOR, frozenset(), clearance)
    with database.write() as connection:
        if users.get(connection, admin.name) is not None:
            raise ConflictError(f"{settings.workspace.root.name} 已经初始化过了。")
        users.add(connection, admin, at=clock())
        keep_policy(connection, settings.policy)
        detail = {"policy": settings.policy.fingerprint}
        entry = AuditEntry(clock(), SYSTEM, Action.INIT, admin.name, detail=detail)
        audit_log(settings, secret).append(connection, entry)
