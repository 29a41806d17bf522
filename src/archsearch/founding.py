"""Making and opening a workspace's store: its keys, its database, its first administrator."""

from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from typing import Final

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.users import User
from archsearch.errors import ConflictError, WorkspaceError
from archsearch.security.keyring import FileKeys, KeySource, key_source
from archsearch.security.tokens import derive_key
from archsearch.services.identity import Clock
from archsearch.services.index import SYSTEM
from archsearch.services.policy import keep_policy
from archsearch.settings.loading import load
from archsearch.settings.model import Settings
from archsearch.settings.workspace import create_workspace, is_workspace
from archsearch.storage import meta, users
from archsearch.storage.anchors import Anchors
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database, open_database, vault_of
from archsearch.storage.migrations.runner import migrate
from archsearch.storage.vault import Vault

FIRST_ADMINISTRATOR: Final = "admin"
STORE: Final = "archive.db"
KEYS: Final = "keys.db"
_PROOF: Final = "secret/proof"


def found(path: Path, environ: Mapping[str, str], clock: Clock) -> Path:
    """Make a workspace with its keys, store, and first administrator.

    A workspace whose making was cut short is completed.

    Raises:
        ConflictError: It is complete already.
        WorkspaceError: The folder cannot be made or written.
    """
    if not is_workspace(path):
        create_workspace(path)
    settings = load(path, environ)
    create_store(settings, environ, clock)
    return settings.workspace.root


def create_store(settings: Settings, environ: Mapping[str, str], clock: Clock) -> None:
    """Make the store and what it needs; one whose making was cut short is completed.

    Raises:
        ConflictError: It is complete already.
        WorkspaceError: A file cannot be made, or there is a store whose keys are missing.
    """
    var = settings.workspace.var
    var.mkdir(mode=0o700, exist_ok=True)
    if (settings.workspace.keys / KEYS).exists() and not (var / STORE).exists():
        raise WorkspaceError(
            f"有密钥库 {KEYS} 而没有档案库 {STORE}：请从备份恢复 var/。"
            "不会另造档案库，否则原有档案的密钥会被覆盖；要从头开始，请先把 keys/ 移走。"
        )
    source = keys_of(settings, environ)
    if isinstance(source, FileKeys) and not source.path.exists():
        if (var / STORE).exists():
            name = source.path.name
            raise WorkspaceError(f"有档案库而缺少密钥文件 {name}；请从备份恢复，不会另造。")
        source.create()
    database = open_database(var / STORE, create=True)
    try:
        migrate(database, at=clock())
        vault = database.vault = _vault(settings, source, create=True)
        _check_secret(database, vault.root())
        _add_first_administrator(database, settings, clock)
    finally:
        database.close()


def open_store(
    settings: Settings, environ: Mapping[str, str], clock: Clock
) -> tuple[Database, Vault]:
    """Open the store, and the vault that its contents are sealed by.

    Raises:
        WorkspaceError: It is not there, of a newer version, or its keys are missing or others.
    """
    var = settings.workspace.var
    if not (settings.workspace.keys / KEYS).exists() and not (var / STORE).exists():
        root = settings.workspace.root
        raise WorkspaceError(f"这个工作区还没有初始化，请运行 archsearch init {root}。")
    database = open_database(var / STORE)
    try:
        migrate(database, at=clock())
        vault = database.vault = _vault(settings, keys_of(settings, environ))
        _check_secret(database, vault.root())
    except BaseException:
        database.close()
        raise
    return database, vault


def keys_of(settings: Settings, environ: Mapping[str, str]) -> KeySource:
    """Find out where the workspace's key comes from."""
    return key_source(settings.options.keys.source, settings.workspace.root, environ)


def audit_log(settings: Settings, secret: bytes) -> AuditLog:
    """Make what writes the log."""
    anchors = settings.workspace.root / settings.options.audit.anchors
    return AuditLog(derive_key(secret, "audit"), Anchors(anchors))


def _vault(settings: Settings, source: KeySource, *, create: bool = False) -> Vault:
    place = settings.workspace.keys / KEYS
    return Vault.open(place, source, settings.options.keys.cipher, create=create)


def _check_secret(database: Database, secret: bytes) -> None:
    """Refuse keys that are not those the store was made with."""
    proof = derive_key(secret, "proof").hex()
    with database.read() as connection:
        kept = meta.get(connection, _PROOF)
    if kept is None:
        with database.write() as connection:
            meta.put(connection, _PROOF, proof)
    elif not compare_digest(kept, proof):
        raise WorkspaceError(f"密钥库 {KEYS} 不是这个档案库的；请从它自己的备份恢复。")


def _add_first_administrator(database: Database, settings: Settings, clock: Clock) -> None:
    clearance = settings.vocabularies["secrecy"].terms[-1]
    admin = User(FIRST_ADMINISTRATOR, "管理员", Role.ADMINISTRATOR, frozenset(), clearance)
    with database.write() as connection:
        if users.get(connection, admin.name) is not None:
            raise ConflictError(f"{settings.workspace.root.name} 已经初始化过了。")
        users.add(connection, admin, at=clock())
        keep_policy(connection, settings.policy)
        detail = {"policy": settings.policy.fingerprint}
        entry = AuditEntry(clock(), SYSTEM, Action.INIT, admin.name, detail=detail)
        audit_log(settings, vault_of(connection).root()).append(connection, entry)
