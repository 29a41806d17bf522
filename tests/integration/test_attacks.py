"""Ways in which somebody tried to get at what is masked, and must not succeed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archsearch
from archsearch.domain.audit import Action, AuditFilter
from archsearch.errors import InvalidRequestError, WorkspaceError
from archsearch.security.keyring import FileKeys, Keyring

ID, PHONE = "11010519491231002X", "13812345678"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[archsearch.Archive]:
    archsearch.init(tmp_path / "workspace")
    with archsearch.open(tmp_path / "workspace") as archive:
        archive.ingest(
            {
                "record_id": "T1",
                "name": f"欧阳建国{PHONE}",
                "tags": ["授信", ID],
                "source": f"旧系统{PHONE}",
                "source_id": ID,
                "id_number": ID,
                "phones": [PHONE],
            },
            user="admin",
        )
        yield archive


def test_a_list_of_candidates_for_a_masked_value_is_refused(archive: archsearch.Archive) -> None:
    candidates = [f"138{number:04}5678" for number in range(100)]

    with pytest.raises(InvalidRequestError):
        archive.search("", user="admin", filters={"phones": candidates})
    with pytest.raises(InvalidRequestError):
        archive.search(" OR ".join(candidates[:20]), user="admin")

    assert archive.search("", user="admin", filters={"phones": PHONE}).total == 1
    assert archive.search(PHONE, user="admin").total == 1


def test_a_number_that_got_into_an_open_field_is_shown_nowhere(archive: archsearch.Archive) -> None:
    page = archive.search("欧阳", user="admin", facets=["tags"])
    slip = archive.search("欧阳健国", user="admin", mode="fuzzy")
    suggested = archive.suggest("欧阳", user="admin")
    shown = repr((page.hits, page.facets, slip, suggested, archive.get("T1", user="admin")))

    assert page.total == slip.total == len(suggested) == 1
    assert ID not in shown
    assert PHONE not in shown


@pytest.mark.parametrize("query", ["来源编号:1101*", "标签:110105*", "客户名称:*138123*", "1101*"])
def test_a_number_that_got_into_an_open_field_cannot_be_walked(
    archive: archsearch.Archive, query: str
) -> None:
    assert archive.search(query, user="admin", mode="exact").total == 0


def test_a_number_that_got_into_an_open_field_is_found_as_a_whole(
    archive: archsearch.Archive,
) -> None:
    assert archive.search(f"来源编号:{ID}", user="admin", mode="exact").total == 1
    assert archive.search(f"标签:{ID}", user="admin", mode="exact").total == 1


def test_the_log_tells_of_filters_but_not_of_sensitive_values(archive: archsearch.Archive) -> None:
    archive.search(PHONE, user="admin", filters={"phones": PHONE, "value_tier": "潜在"})

    (logged,) = archive._application.audit.search(
        AuditFilter(action=Action.SEARCH), "admin", limit=1
    )
    detail = logged.entry.detail

    assert detail["filters"] == {"phones": "***", "value_tier": "潜在"}
    assert PHONE not in repr(detail)


def feed(archive: archsearch.Archive, **values: str) -> None:
    archive.ingest(
        [{"record_id": f"R{n:02}", "name": f"张伟{n}", **values} for n in range(30)], user="admin"
    )


def test_an_index_put_back_from_a_copy_is_not_believed(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        archive.add_user("li.na", role="manager", departments=["甲行"])
        feed(archive, department="甲行")
    shutil.copytree(workspace / "index", tmp_path / "copy")
    with archsearch.open(workspace) as archive:
        feed(archive, department="乙行", notes="已迁出")
    shutil.rmtree(workspace / "index")
    shutil.copytree(tmp_path / "copy", workspace / "index")

    with archsearch.open(workspace) as archive:
        page = archive.search("张伟", user="li.na", limit=0, facets=["department"])
        assert (page.total, page.facets["department"]) == (0, ())
        assert archive.search("张伟 已迁出", user="admin", mode="exact").total == 30


def test_an_index_newer_than_a_restored_store_is_not_believed(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        archive.ingest({"record_id": "A1", "name": "张伟"}, user="admin")
    shutil.copytree(workspace / "var", tmp_path / "copy")
    with archsearch.open(workspace) as archive:
        feed(archive)
    shutil.rmtree(workspace / "var")
    shutil.copytree(tmp_path / "copy", workspace / "var")

    with archsearch.open(workspace) as archive:
        assert [hit.record_id for hit in archive.search("张伟", user="admin").hits] == ["A1"]


def test_changes_on_top_of_an_index_put_back_do_not_pass_it_off(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        feed(archive, notes="旧")
    shutil.copytree(workspace / "index", tmp_path / "copy")
    with archsearch.open(workspace) as archive:
        feed(archive, notes="新")
    shutil.rmtree(workspace / "index")
    shutil.copytree(tmp_path / "copy", workspace / "index")

    with archsearch.open(workspace) as archive:
        archive.ingest({"record_id": "A1", "name": "李明"}, user="admin")
        assert archive.search("备注:旧", user="admin", mode="exact").total == 0
        assert archive.search("备注:新", user="admin", mode="exact").total == 30


def test_stars_fed_back_do_not_replace_what_they_hide(archive: archsearch.Archive) -> None:
    archive.ingest(
        {"record_id": "T2", "name": "甲", "email": "zhang@x.cn", "notes": PHONE}, user="admin"
    )
    shown: dict[str, Any] = dict(archive.get("T2", user="admin").values)

    refused = archive.ingest(shown, user="admin")
    del shown["email"]
    shown["name"] = "甲（新）"
    taken = archive.ingest(shown, user="admin")

    assert [problem.code for problem in refused.rejected] == ["masked_value"]
    assert (taken.updated, taken.rejected_rows) == (1, 0)
    assert archive.search("zhang@x.cn", user="admin").total == 1
    assert archive.search(f"备注:{PHONE} 甲（新）", user="admin", mode="exact").total == 1


def test_another_secret_is_refused(tmp_path: Path) -> None:
    archsearch.init(tmp_path / "workspace")
    archsearch.open(tmp_path / "workspace").close()
    FileKeys(tmp_path / "workspace/secret.key").save(Keyring({}).with_new())

    with pytest.raises(WorkspaceError, match="密钥"):
        archsearch.open(tmp_path / "workspace")


@pytest.mark.parametrize("planted", ["fifo", "folder", "link", "huge"])
@pytest.mark.parametrize("place", ["CURRENT", "MANIFEST"])
def test_what_is_planted_in_the_index_is_passed_by(
    tmp_path: Path, planted: str, place: str
) -> None:
    workspace = tmp_path / "workspace"
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        feed(archive)
    (path,) = (workspace / "index").rglob(place)
    path.unlink()
    match planted:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("/etc/passwd")
        case _:
            path.touch()
            os.truncate(path, 3 << 30)

    with archsearch.open(workspace) as archive:
        assert archive.search("张伟", user="admin", mode="exact").total == 30


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": None}, {"query": b"x"}, {"user": 10**400}, {"user": None}, {"limit": "1"},
        {"offset": True}, {"facets": [1]}, {"filters": []}, {"sort": None}, {"mode": 1},
    ],
)  # fmt: skip
def test_arguments_of_the_wrong_kind_are_refused(
    archive: archsearch.Archive, arguments: dict[str, object]
) -> None:
    given = {"query": "张伟", "user": "admin", **arguments}

    with pytest.raises(InvalidRequestError):
        archive.search(**given)  # type: ignore[arg-type]


def test_requests_that_would_take_minutes_are_refused(archive: archsearch.Archive) -> None:
    with pytest.raises(InvalidRequestError):
        archive.search(" OR ".join(f"*{n}甲*" for n in range(8)), user="admin")
    with pytest.raises(InvalidRequestError):
        archive.search("", user="admin", filters={"notes": ["甲" * 500] * 100})
    with pytest.raises(InvalidRequestError):
        archive.match(["甲" * 500] * 1000, user="admin")
