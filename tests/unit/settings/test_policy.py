"""The policy file: what it may say, and how a mistake in it is told."""

import textwrap
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.policy import Place, Policy, Right
from archsearch.errors import SettingsError
from archsearch.settings.loading import load
from archsearch.settings.policy import read_policy
from archsearch.settings.workspace import create_workspace, defaults_folder

LEVELS = ("公开", "内部")
KEPT = """\
version: 1
roles:
  administrator:
    records: {read: [all]}
    operations: [users, log]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return create_workspace(tmp_path / "archive").root


def policy(folder: Path, text: str) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(textwrap.dedent(text), "utf-8")
    return read_policy(path, LEVELS)


def test_a_file_says_who_may_do_what_and_where_it_says_so(tmp_path: Path) -> None:
    read = policy(tmp_path, KEPT + "  employee:\n    records:\n      read: [own, granted]\n")

    told = {(rule.role, rule.right, rule.places, rule.where) for rule in read.rules}
    assert read.levels == LEVELS
    assert told == {
        (Role.ADMINISTRATOR, Right.READ, frozenset({Place.ALL}), "policy.yaml 第 4 行"),
        (Role.ADMINISTRATOR, Right.USERS, frozenset(), "policy.yaml 第 5 行"),
        (Role.ADMINISTRATOR, Right.LOG, frozenset(), "policy.yaml 第 5 行"),
        (
            Role.EMPLOYEE,
            Right.READ,
            frozenset({Place.OWN, Place.GRANTED}),
            "policy.yaml 第 8 行",
        ),
    }


def test_a_workspaces_own_file_takes_the_place_of_the_whole_shipped_one(root: Path) -> None:
    shipped = load(root, {}).policy
    assert shipped.rule(Role.MANAGER, Right.READ) is not None
    assert all("policy.yaml（默认）" in rule.where for rule in shipped.rules)

    (root / "config" / "policy.yaml").write_text(KEPT, "utf-8")

    own = load(root, {}).policy
    assert {(rule.role, rule.right) for rule in own.rules} == {
        (Role.ADMINISTRATOR, Right.READ),
        (Role.ADMINISTRATOR, Right.USERS),
        (Role.ADMINISTRATOR, Right.LOG),
    }
    assert all(rule.where.startswith("config/policy.yaml 第") for rule in own.rules)
    assert own.levels == ("公开", "内部", "秘密", "机密")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KEPT + "  maneger: {}\n", "第 6 行，roles.maneger：没有 maneger 这一项。是不是 manager？"),
        (KEPT + "  manager: {record: {}}\n", "roles.manager.record：没有这个键。是不是 records？"),
        (KEPT + "  manager: {records: {raed: [all]}}\n", "没有 raed 这一项。是不是 read？"),
        (KEPT + "  manager: {records: {read: [everything]}}\n", "没有 everything 这一项。"),
        (
            KEPT + "  manager:\n    records:\n      read: [departments, depatments]\n",
            "第 8 行，roles.manager.records.read：没有 depatments 这一项。是不是 departments？",
        ),
        (KEPT + "  manager: {records: {read: [own, own]}}\n", "own 写了两次"),
        (KEPT + "  manager: {records: {read: all}}\n", "这里应是列表"),
        (KEPT + "  manager: {records: {read: []}}\n", "须写明对哪些档案"),
        (KEPT + "  manager: {records: {read: }}\n", "须写明对哪些档案"),
        (KEPT + "  manager: {records: {log: [all]}}\n", "它应写在 operations 下。"),
        (KEPT + "  manager: {operations: [read]}\n", "它分档案，应写在 records 下。"),
        (KEPT + "  manager: {operations: [screne]}\n", "没有 screne 这一项。是不是 screen？"),
        (
            KEPT + "  manager:\n    operations:\n      - screen\n      - screen\n",
            "第 9 行，roles.manager.operations：screen 写了两次",
        ),
        (KEPT + "  manager: {operations: log}\n", "这里应是列表"),
        (KEPT + "  manager: {records: {read: [own], change: [all]}}\n", "超出了该角色的 read"),
        (KEPT + "  manager: [read]\n", "这里应是若干“键: 值”"),
        (KEPT.replace("[users, log]", "[log]"), "administrator 须有 users"),
        (KEPT.replace("[users, log]", "[users]"), "没有任何角色能查看操作日志"),
        (KEPT.replace("{read: [all]}", "{}"), "没有任何角色能读档案"),
        (
            KEPT.replace("version: 1", "version: 2"),
            "policy.yaml 第 1 行，version：应在 1 到 1 之间",
        ),
        (KEPT.replace("version: 1\n", ""), "缺少 version"),
        (KEPT + "rules: {}\n", "没有这个键"),
        ("version: 1\n", "administrator 须有 users"),
        ("", "缺少 version"),
        ("roles: [", "YAML 格式有误"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        policy(tmp_path, text)

    assert said in error.value.message
    assert error.value.message.startswith("policy.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml：无法读取"):
        read_policy(tmp_path / "nowhere.yaml", LEVELS)


def test_a_workspace_with_a_wrong_policy_does_not_open(root: Path) -> None:
    (root / "config" / "policy.yaml").write_text("version: 1\nroles: {}\n", "utf-8")

    with pytest.raises(SettingsError, match=r"config/policy\.yaml 第 1 行"):
        load(root, {})


def test_the_shipped_file_gives_every_right_to_somebody_and_explains_each_place() -> None:
    text = (defaults_folder() / "policy.yaml").read_text("utf-8")
    given = {rule.right for rule in read_policy(defaults_folder() / "policy.yaml", LEVELS).rules}

    assert given == set(Right)
    for place in Place:
        assert f"#   {place} " in text
