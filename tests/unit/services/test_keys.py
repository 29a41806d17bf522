"""Changing the workspace's key."""

import shutil
from pathlib import Path

import pytest

from archsearch.bootstrap import initialise, open_application
from archsearch.domain.audit import Action
from archsearch.entrypoints.archive import Archive
from archsearch.errors import AccessDeniedError, BusyError, ConflictError, WorkspaceError
from archsearch.security.keyring import FileKeys
from archsearch.storage.vault import Vault
from tests.offices import Office


def file_of(office: Office) -> FileKeys:
    return FileKeys(office.path / "secret.key")


def test_a_new_key_takes_the_place_of_the_old_one_and_nothing_else_changes(
    office: Office,
) -> None:
    office.feed({"record_id": "A", "name": "张伟明", "phones": ["13812345678"]})
    before = office.seen("admin", "13812345678")
    old = file_of(office).load()

    done = office.application.keys.rotate("admin")
    new = file_of(office).load()

    assert (done.newest, done.rewrapped, done.obsolete) == (2, 1, ())
    assert (list(old.keys), list(new.keys)) == ([1], [2])
    assert office.seen("admin", "13812345678") == before == {"A"}
    with_new = open_application(Path(office.path), {}, office.clock)
    assert Archive(with_new).get("A", user="admin").values["name"] == "张伟明"
    assert all(check.passed for check in with_new.doctor.examine("admin"))
    with_new.close()
    newest = office.application.trail
    with newest.database.read() as connection:
        assert newest.log.verify(connection).intact


def test_the_old_key_opens_nothing_afterwards(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张伟明"})
    old = file_of(office).load()
    office.application.keys.rotate("admin")
    file_of(office).save(old)

    with pytest.raises(WorkspaceError, match="缺少 2 号密钥"):
        open_application(Path(office.path), {}, office.clock)


def test_keys_from_elsewhere_are_changed_by_whoever_has_them(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张伟明"})
    both = file_of(office).load().with_new()
    environ = {"ARCHSEARCH__KEYS__SOURCE": "env:K", "K": both.text()}
    application = open_application(Path(office.path), environ, office.clock)

    waiting = application.keys.state("admin").waiting
    done = application.keys.rotate("admin")
    application.close()

    assert waiting == 1
    assert (done.newest, done.rewrapped, done.obsolete) == (2, 1, (1,))
    only = {"ARCHSEARCH__KEYS__SOURCE": "env:K", "K": both.only({2}).text()}
    application = open_application(Path(office.path), only, office.clock)
    assert Archive(application).get("A", user="admin").values["name"] == "张伟明"
    application.close()


def test_a_change_that_was_cut_short_goes_on_with_the_same_key(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.storage.vault._STEP", 1)
    office.feed({"record_id": "A", "name": "甲"}, {"record_id": "B", "name": "乙"})

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.application.keys.rotate("admin", stop)
    half = file_of(office).load()
    state = office.application.keys.state("admin")
    done = office.application.keys.rotate("admin")

    assert (sorted(half.keys), state.waiting) == ([1, 2], 1)
    assert (done.newest, done.rewrapped) == (2, 1)
    assert list(file_of(office).load().keys) == [2]


def test_only_administrators_may_and_it_is_logged(office: Office) -> None:
    office.hire(li="employee at 总行", eye="auditor at 总行")

    for user in ("li", "eye"):
        with pytest.raises(AccessDeniedError):
            office.application.keys.rotate(user)
        with pytest.raises(AccessDeniedError):
            office.application.keys.state(user)
    office.application.keys.rotate("admin")
    with office.application.database.read() as connection:
        (action,) = connection.exec_driver_sql(
            "SELECT action FROM audit ORDER BY seq DESC LIMIT 1"
        ).scalars()
    assert action == Action.KEY_ROTATE


def test_a_new_archive_is_never_made_over_the_keys_of_an_old_one(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张伟明"})
    office.archive.close()
    shutil.move(office.path / "var", office.path / "kept")

    with pytest.raises(WorkspaceError, match="移走"):
        initialise(office.path, {}, office.clock)

    shutil.rmtree(office.path / "var", ignore_errors=True)
    shutil.move(office.path / "kept", office.path / "var")
    with Office(office.path) as again:
        assert again.seen("admin") == {"A"}


def test_without_a_newer_key_nothing_is_changed(office: Office) -> None:
    ring = file_of(office).load()
    environ = {"ARCHSEARCH__KEYS__SOURCE": "env:K", "K": ring.text()}
    application = open_application(Path(office.path), environ, office.clock)

    with pytest.raises(ConflictError, match="没有比 1 号更新的密钥"):
        application.keys.rotate("admin")
    state = application.keys.state("admin")
    application.close()

    assert (state.newest, state.used, state.waiting) == (1, 1, 0)


def test_two_who_change_keys_at_once_do_not_undo_each_other(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张伟明"})
    with (
        office.application.keys.lock(0.0),
        pytest.raises(BusyError, match="更换密钥"),
    ):
        office.application.keys.rotate("admin")
    assert list(file_of(office).load().keys) == [1]


def test_no_key_goes_that_something_is_still_wrapped_under(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.feed({"record_id": "A", "name": "张伟明"})
    monkeypatch.setattr(Vault, "rewrap", lambda *_: 0)

    office.application.keys.rotate("admin")

    assert sorted(file_of(office).load().keys) == [1, 2]
