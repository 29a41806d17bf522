"""``archsearch policy``."""

from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.labels import GROUNDS, PLACES, RIGHTS, ROLES
from archsearch.domain.policy import Ground, Place, Right
from archsearch.entrypoints.cli.output import Output
from archsearch.settings.workspace import defaults_folder
from tests.unit.entrypoints.cli.conftest import Run, runner

SHIPPED = defaults_folder() / "policy.yaml"


@pytest.fixture
def record_id(run: Run) -> str:
    """A record that nobody but administrators and one department may see."""
    return run("search", "-q", "章伟", "--mode", "exact").rows[0][0]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Output, "people", property(lambda out: not out.json))


@pytest.fixture
def new(tmp_path: Path) -> str:
    """A policy under which employees may read what is in their departments."""
    path = tmp_path / "new.yaml"
    text = SHIPPED.read_text("utf-8").replace("[own, granted]", "[departments, own, granted]")
    path.write_text(text.replace("operations: [log, examine, rules]", "operations: [log]"), "utf-8")
    return str(path)


def test_every_word_of_rights_has_a_label() -> None:
    assert set(RIGHTS) == set(Right)
    assert set(PLACES) == set(Place)
    assert set(GROUNDS) == set(Ground)
    assert set(ROLES) == set(Role)


def test_the_rules_are_listed_with_where_they_stand(run: Run) -> None:
    rows = run("policy", "show").rows
    document = run("policy", "show", "--json").document

    assert ["employee", "read", "own,granted"] in [row[:3] for row in rows]
    assert ["auditor", "log", ""] in [row[:3] for row in rows]
    assert all(row[3].startswith("policy.yaml（默认） 第") for row in rows)
    assert len(rows) == len(document["rules"])
    assert len(document["fingerprint"]) == 64


def test_the_file_itself_can_be_had_to_be_edited(run: Run) -> None:
    shown = run("policy", "show", "--file")

    assert shown.out == SHIPPED.read_text("utf-8")
    assert run("policy", "show", "--file", "--json").code == 2
    assert run("policy", "show", "--file", "--as", "li.na").code == 4


def test_people_see_the_rules_as_a_table_of_roles(run: Run, watched: None) -> None:
    text = run("policy", "show").out

    read = next(line for line in text.splitlines() if line.startswith("读 "))
    assert read.split() == [
        "读",
        "全部",
        "本部门及下级、授权",
        "本人建立、授权",
        "本部门及下级",
    ]
    assert "没有任何角色可以" not in text


def test_rights_that_nobody_has_are_told(change: Run, fresh: Path, watched: None) -> None:
    text = SHIPPED.read_text("utf-8").replace("      destroy: [all]\n", "")
    (fresh / "config" / "policy.yaml").write_text(text, "utf-8")

    assert change("policy", "show").err == "没有任何角色可以：销毁。\n"


def test_a_decision_is_one_line_for_a_program(run: Run, record_id: str) -> None:
    no = run("policy", "check", "--user", "li.na", "--right", "read", "--record", record_id)
    yes = run("policy", "check", "--user", "经理", "--right", "读", "--record", record_id)
    none = run("policy", "check", "--user", "li.na", "--right", "users")

    assert no.rows[0][:3] == ["no", "elsewhere", "employee.read own,granted"]
    assert yes.rows[0][:3] == ["yes", "departments", "manager.read departments,granted"]
    assert none.rows == [["no", "no_rule", "", "", ""]]
    assert (no.code, yes.code, none.code) == (0, 0, 0)


def test_a_decision_as_json_has_user_rule_and_record_without_content(
    run: Run, record_id: str
) -> None:
    arguments = ("--user", "经理", "--right", "read", "--record", record_id)
    found = run("policy", "check", *arguments, "--json")

    told = found.document
    assert told["record"] == {
        "record_id": record_id,
        "owner": "admin",
        "department": "华东分行/风险部",
        "secrecy": "内部",
    }
    assert told["decision"]["allowed"] is True
    assert told["decision"]["rule"]["places"] == ["departments", "granted"]
    assert told["granted_until"] is None
    assert "章伟" not in found.out


def test_people_read_a_decision_in_sentences(run: Run, record_id: str, watched: None) -> None:
    arguments = ("--user", "li.na", "--right", "read", "--record", record_id)

    told = dict(run("policy", "check", *arguments).rows)

    somewhere = dict(run("policy", "check", "--user", "li.na", "--right", "read").rows)
    operation = dict(run("policy", "check", "--user", "li.na", "--right", "screen").rows)

    assert (somewhere["结论"], somewhere["原因"]) == ("可以读", "对规则所写的档案可以")
    assert (operation["结论"], operation["原因"]) == ("可以名单比对", "该角色可以")
    assert told["结论"] == "不可以读"
    assert told["原因"] == "档案不在规则所写的范围内"
    assert told["规则"].startswith("员工读：本人建立、授权（policy.yaml（默认） 第")
    assert told["用户"] == "li.na，员工，华东分行/信贷部，密级 内部"
    assert told["档案"] == f"{record_id}，建档人 admin，华东分行/风险部，密级 内部"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--user", "li.na", "--right", "raed"), 2),
        (("--user", "li.na"), 2),
        (("--right", "read"), 2),
        (("--user", "ghost", "--right", "read"), 3),
        (("--user", "li.na", "--right", "read", "--record", "none"), 3),
        (("--user", "li.na", "--right", "read", "--as", "li.na"), 4),
    ],
)
def test_a_question_that_cannot_be_answered_ends_with_its_code(
    run: Run, arguments: tuple[str, ...], code: int
) -> None:
    assert run("policy", "check", *arguments).code == code


def test_a_difference_lists_who_gains_and_loses(run: Run, new: str, record_id: str) -> None:
    east = run("search", "-q", "张伟", "--mode", "exact").rows[0][0]

    rows = run("policy", "diff", new).rows

    assert rows == [
        ["gain", "li.na", "read", "1", east],
        ["lose", "审计", "examine", "", ""],
        ["lose", "审计", "rules", "", ""],
    ]
    assert run("policy", "diff", new, "--limit", "0").rows[0] == ["gain", "li.na", "read", "1", ""]
    assert run("policy", "diff", new, str(SHIPPED)).rows[0][0] == "lose"
    told = run("policy", "diff", new, "--json").document
    assert told["changes"][0] == {
        "user": "li.na",
        "role": "employee",
        "right": "read",
        "gained": True,
        "records": 1,
        "record_ids": [east],
    }
    assert told["rules"][0]["before"] == ["granted", "own"]


def test_people_see_rules_and_their_effects(run: Run, new: str, watched: None) -> None:
    text = run("policy", "diff", new).out

    assert "规则的变化" in text
    assert "谁得到、谁失去" in text
    assert "本部门及下级、本人建立、授权" in text


def test_people_are_told_when_nothing_changes(
    change: Run, new: str, tmp_path: Path, watched: None
) -> None:
    assert "说的一样" in change("policy", "diff", str(SHIPPED)).err
    assert "没有谁因此" in change("policy", "diff", new).err


def test_files_that_cannot_be_compared_are_refused(run: Run, tmp_path: Path, new: str) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("version: 1\nroles: {boss: {}}\n", "utf-8")

    assert run("policy", "diff").code == 2
    assert run("policy", "diff", new, new, new).code == 2
    assert run("policy", "diff", str(tmp_path / "none.yaml")).code == 1
    refused = run("policy", "diff", str(wrong))
    assert refused.code == 1
    assert "wrong.yaml 第 2 行，roles.boss" in refused.err


def test_only_those_who_may_look(archive_home: Path, new: str) -> None:
    for user, show, diff in (("审计", 0, 4), ("经理", 4, 4), ("li.na", 4, 4)):
        run = runner(archive_home, user)

        assert run("policy", "show").code == show
        assert run("policy", "diff", new).code == diff
