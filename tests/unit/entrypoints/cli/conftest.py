"""A small archive, and a way to run command lines on it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archsearch
from archsearch.entrypoints.cli.main import cli

RECORDS: list[dict[str, Any]] = [
    {
        "姓名": "张伟",
        "客户性质": "个人",
        "地区": "江苏省苏州市吴中区",
        "价值等级": "高价值",
        "标签": ["授信", "逾期"],
        "部门": "华东分行/信贷部",
        "电话": "13812345678",
        "备注": "逾期两次，已结清",
        "建档时间": "2026-01-05",
        "联系人": [{"联系人姓名": "李梅", "联系人电话": "13900001111"}],
    },
    {
        "姓名": "章伟",
        "客户性质": "个人",
        "地区": "上海市浦东新区",
        "价值等级": "中价值",
        "标签": ["授信"],
        "部门": "华东分行/风险部",
        "建档时间": "2026-02-05",
    },
    {
        "姓名": "中国农业发展银行浙江省分行",
        "客户性质": "企业",
        "地区": "浙江省杭州市",
        "价值等级": "高价值",
        "部门": "华东分行",
        "备注": "按时还款",
        "建档时间": "2026-03-05",
    },
    {
        "姓名": "王芳",
        "客户性质": "个人",
        "地区": "北京市东城区",
        "部门": "华北分行",
        "备注": "逾期一次",
        "建档时间": "2026-04-05",
    },
]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


Run = Callable[..., Ran]


def runner(home: Path | None, user: str = "admin") -> Run:
    def run(*arguments: str, stdin: str | bytes | None = None, **environ: str) -> Ran:
        given = {"ARCHSEARCH_HOME": str(home) if home else None, "ARCHSEARCH_USER": user or None}
        cleared = {"NO_COLOR": None, "ARCHSEARCH_DEBUG": None, "COLUMNS": "80"}
        result = CliRunner().invoke(
            cli, arguments, input=stdin, env={**cleared, **given, **environ}
        )
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace to copy, which is quicker than making another."""
    return archsearch.init(tmp_path_factory.mktemp("empty") / "ws")


@pytest.fixture(scope="session")
def filled_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with records and users, to copy."""
    home = tmp_path_factory.mktemp("filled") / "ws"
    shutil.copytree(empty_home, home)
    with archsearch.open(home) as archive:
        archive.ingest(RECORDS, user="admin")
        archive.add_user("li.na", role="employee", departments=["华东分行/信贷部"])
        archive.add_user("经理", role="manager", departments=["华东分行"])
        archive.add_user("审计", role="auditor")
    return home


@pytest.fixture(scope="session")
def archive_home(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that tests only read."""
    home = tmp_path_factory.mktemp("archive") / "ws"
    shutil.copytree(filled_home, home)
    return home


@pytest.fixture
def run(archive_home: Path) -> Run:
    """Run a command line as the administrator of the shared archive."""
    return runner(archive_home)


@pytest.fixture
def fresh(empty_home: Path, tmp_path: Path) -> Path:
    """An empty workspace for tests that change it."""
    shutil.copytree(empty_home, tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def change(fresh: Path) -> Run:
    """Run a command line as the administrator of an empty archive of the test's own."""
    return runner(fresh)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command line where there is no workspace and for nobody."""
    monkeypatch.chdir(tmp_path)
    return runner(None, "")
