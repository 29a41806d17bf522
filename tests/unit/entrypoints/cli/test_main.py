"""How every run begins and ends."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from archsearch import __version__, bootstrap
from archsearch.entrypoints.cli.main import MEMBERS, cli
from archsearch.errors import StoreError

from .conftest import Run

HEAVY = ("numpy", "sqlalchemy", "whoosh", "yaml", "rich", "openpyxl", "rjieba", "orjson")


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, each) for each in command.list_commands(click.Context(command))]
    return found


EVERY_COMMAND = every_command()


def test_without_a_command_there_is_a_friendly_overview(nowhere: Run) -> None:
    ran = nowhere()

    assert (ran.code, ran.err) == (0, "")
    assert "archsearch init" in ran.out
    assert "archsearch search 张伟" in ran.out


@pytest.mark.parametrize("arguments", [("--version",), ("version",)])
def test_the_version_is_told(nowhere: Run, arguments: tuple[str, ...]) -> None:
    assert nowhere(*arguments).out == f"archsearch {__version__}\n"


def test_the_version_is_told_as_json(nowhere: Run) -> None:
    assert nowhere("version", "--json").document["version"] == __version__


def test_the_help_page_lists_every_command_with_what_it_is_for(nowhere: Run) -> None:
    page = nowhere("--help").out

    for name, member in MEMBERS.items():
        assert f"  {name} " in page
        assert member.summary in page


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_command_has_a_help_page_in_chinese(nowhere: Run, command: tuple[str, ...]) -> None:
    ran = nowhere(*command, "--help")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"用法：archsearch {' '.join(command)}")
    for english in ("Usage", "Options", "Show this", "--help  Show"):
        assert english not in ran.out
    assert "通用选项：" in ran.out


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_option_is_explained(command: tuple[str, ...]) -> None:
    found: click.Command | None = cli
    for name in command:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None

    silent = [p.name for p in found.params if isinstance(p, click.Option) and not p.help]

    assert silent == []


def test_help_of_every_command_waits_for_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from archsearch.entrypoints.cli.main import cli\n"
        f"for command in {[list(each) for each in [(), *EVERY_COMMAND]]!r}:\n"
        "    try:\n"
        "        cli.main([*command, '--help'])\n"
        "    except SystemExit as end:\n"
        "        assert end.code == 0, (command, end.code)\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)\n"
    )
    source = Path(bootstrap.__file__).parents[1]

    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(source), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("group", ["user", "index", "audit", "department"])
def test_a_group_without_a_command_shows_its_help(nowhere: Run, group: str) -> None:
    ran = nowhere(group)

    assert (ran.code, ran.err) == (0, "")
    assert "命令：" in ran.out
    for more in (("--as", "admin"), ("-q",)):
        assert nowhere(group, *more) == ran
        assert nowhere(*more, group) == ran


@pytest.mark.parametrize("command", [(), *EVERY_COMMAND], ids=" ".join)
def test_help_before_a_command_is_help_after_it(nowhere: Run, command: tuple[str, ...]) -> None:
    assert nowhere("help", *command) == nowhere(*command, "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serch",), "没有命令“serch”；是不是 search？"),
        (("user", "lst"), "没有命令“lst”；是不是 list？"),
        (("xyzzy",), "没有命令“xyzzy”；可用 archsearch --help 查看。"),
        (("search", "--josn"), "没有选项 --josn；是不是 --json？"),
        (("search", "-VIP"), "没有选项 -V；要排除一个词，请写 NOT 词，或先写 -- 再写检索式。"),
        (("show",), "缺少参数 档号。"),
        (("ingest",), "缺少参数 路径。"),
        (("version", "甲", "乙"), "多了参数：甲 乙。"),
        (("search", "--limit"), "选项 --limit 后面缺少值，或不该有值。"),
        (("search", "--limit", "-1"), "选项 --limit：“-1”须是不小于 0 的整数。"),
        (("search", "--mode", "x"), "选项 --mode：没有“x”；可选："),
        (("user", "--json"), "缺少命令。"),
        (("help", "serch"), "没有命令“serch”；是不是 search？"),
        (("help", "user", "lst"), "没有命令“lst”；是不是 list？"),
        (("help", "show", "list"), "archsearch show 没有下级命令。"),
        (("search", "\udcff"), "参数 检索式：含有不是 UTF-8 的字节"),
        (("search", "x"), "请指明以谁的身份操作：加上 --as 用户名"),
    ],
)
def test_a_wrong_command_line_is_explained_in_chinese(
    nowhere: Run, arguments: tuple[str, ...], message: str
) -> None:
    ran = nowhere(*arguments)

    assert (ran.code, ran.out) == (2, "")
    told = json.loads(ran.err)["error"]["message"] if "--json" in arguments else ran.err
    assert message in told


def test_a_wrong_command_line_that_asks_for_json_gets_it(nowhere: Run) -> None:
    ran = nowhere("search", "--json", "--nonsense")

    assert (ran.code, ran.error["code"]) == (2, "usage")


@pytest.mark.parametrize("place", ["before", "after", "both"])
def test_common_options_stand_before_or_after_the_command(
    archive_home: Path, nowhere: Run, place: str
) -> None:
    options = ["-C", str(archive_home), "--as", "admin", "--json", "--quiet"]
    wrong = ["-C", "/nonexistent", "--as", "nobody"]
    arguments = {
        "before": [*options, "search", "张伟"],
        "after": ["search", "张伟", *options],
        "both": [*wrong, "search", "张伟", *options],
    }

    ran = nowhere(*arguments[place])

    assert (ran.code, ran.err) == (0, "")
    assert ran.document["total"] >= 1


def test_common_options_stand_between_a_group_and_its_command(
    archive_home: Path, nowhere: Run
) -> None:
    ran = nowhere("user", "-C", str(archive_home), "--as", "admin", "list", "--json")

    assert [each["name"] for each in ran.document["users"]] == ["admin", "li.na", "审计", "经理"]


def test_an_option_says_more_than_the_environment(run: Run) -> None:
    assert run("search", "--as", "nobody").code == 4
    assert run("search", "--as", "admin", ARCHSEARCH_USER="nobody").code == 0


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_user_name_never_falls_back_to_the_environment(run: Run, name: str) -> None:
    ran = run("search", "--as", name)

    assert (ran.code, ran.out) == (2, "")
    assert "用户名是空的" in ran.err


def test_the_workspace_above_the_current_folder_is_used(
    archive_home: Path, nowhere: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive_home / "var")

    assert nowhere("search", "张伟", "--as", "admin").code == 0


def test_no_workspace_at_all_is_not_found(nowhere: Run) -> None:
    ran = nowhere("search", "张伟", "--as", "admin")

    assert (ran.code, ran.out) == (3, "")
    assert "archsearch init" in ran.err


def test_a_named_folder_that_is_no_workspace_fails(nowhere: Run, tmp_path: Path) -> None:
    ran = nowhere("search", "--as", "admin", "-C", str(tmp_path), "--json")

    assert (ran.code, ran.error["code"]) == (1, "workspace_invalid")


def test_a_folder_that_was_only_configured_is_to_be_initialised(
    nowhere: Run, tmp_path: Path
) -> None:
    (tmp_path / "archsearch.yaml").write_text("version: 1\n", encoding="utf-8")

    before = nowhere("search", "--as", "admin")
    made = nowhere("init", str(tmp_path))

    assert (before.code, before.out) == (1, "")
    assert f"还没有初始化，请运行 archsearch init {tmp_path}" in before.err
    assert made.code == 0
    assert nowhere("search", "--as", "admin").code == 0


@pytest.mark.parametrize("lost", ["secret.key", "var/archive.db", "keys/keys.db"])
def test_a_workspace_that_lost_a_part_is_not_to_be_initialised(
    change: Run, fresh: Path, lost: str
) -> None:
    (fresh / lost).unlink()

    ran = change("search")

    assert ran.code == 1
    assert "初始化" not in ran.err


def test_bytes_of_a_path_that_are_no_text_never_reach_the_terminal(nowhere: Run) -> None:
    ran = nowhere("search", "--as", "admin", "-C", "/tmp/\udcff\x1b[31m")

    assert ran.code == 1
    assert "\\x1b[31m" in ran.err
    assert ran.err.replace("\n", "").isprintable()


def test_a_user_name_from_the_environment_is_checked_like_one_that_is_typed(run: Run) -> None:
    assert run("search", ARCHSEARCH_USER="\udcff").code == 2


def test_an_unforeseen_exception_is_one_line_without_its_text(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text may hold personal data; the trace is for those who ask for it."""

    def broken(*_: object) -> None:
        raise ValueError("11010519491231002X")

    monkeypatch.setattr(bootstrap, "open_application", broken)

    ran, traced = run("search"), run("search", ARCHSEARCH_DEBUG="1")

    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "ValueError" in ran.err
    assert "ARCHSEARCH_DEBUG=1" in ran.err
    assert "1101" not in ran.err
    assert "Traceback" in traced.err


def test_an_expected_error_never_has_a_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("磁盘已满。")

    monkeypatch.setattr(bootstrap, "open_application", full)

    ran = run("search", ARCHSEARCH_DEBUG="1")

    assert (ran.code, ran.err) == (1, "错误：磁盘已满。\n")


def test_an_interrupted_run_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "open_application", interrupted)

    ran = run("search")

    assert (ran.code, ran.out) == (130, "")
    assert "已中断" in ran.err
    assert "Traceback" not in ran.err


def test_an_error_of_the_operating_system_is_explained(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/secret/name")

    monkeypatch.setattr(bootstrap, "open_application", full)

    ran = run("search", "--json")

    assert (ran.code, ran.error["code"]) == (1, "io")
    assert "secret" not in ran.err
