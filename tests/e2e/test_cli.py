"""The command line as a process of its own: pipes, terminals, signals, shells."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import archsearch
from archsearch.domain.problem import Problem
from archsearch.domain.query import Hit, Page
from archsearch.domain.record import Record
from archsearch.services.ingest import IngestReport

from .shell import PROGRAM, Shell, in_terminal, run_in_terminal

REPOSITORY = Path(__file__).parents[2]
RECORDS = [
    {"姓名": "张伟", "客户性质": "个人", "地区": "江苏省苏州市", "备注": "逾期两次，已结清"},
    {"姓名": "章伟", "客户性质": "个人", "地区": "上海市浦东新区"},
    {"姓名": "中国农业发展银行浙江省分行", "客户性质": "企业", "地区": "浙江省杭州市"},
    {"姓名": "李䶮", "客户性质": "个人", "地区": "北京市东城区"},
]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    home = tmp_path_factory.mktemp("e2e") / "档案 ws"
    archsearch.init(home)
    with archsearch.open(home) as archive:
        archive.ingest(RECORDS, user="admin")
    return Shell(home)


@pytest.fixture
def own_shell(shell: Shell, tmp_path: Path) -> Shell:
    """A shell on an archive of the test's own."""
    shutil.copytree(shell.home, tmp_path / "ws")
    return Shell(tmp_path / "ws")


def test_the_program_is_installed_under_its_name() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

    module, _, function = project["project"]["scripts"]["archsearch"].partition(":")

    assert f"from {module} import {function}; {function}()" == PROGRAM


def test_from_nothing_to_a_record_on_screen(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "ws")
    source = tmp_path / "客户.csv"
    source.write_text("姓名,备注\n王芳,逾期一次\n,缺名字\n", encoding="gb18030")

    made = shell.run("init", str(shell.home))
    taken = shell.run("ingest", str(source))
    found = shell.run("search", "逾期")
    record_id = found.stdout.split("\t")[0]
    shown = shell.run("show", record_id)

    assert [each.returncode for each in (made, taken, found, shown)] == [0, 6, 0, 0]
    assert made.stdout == f"{shell.home}\n"
    assert "accepted\t1\n" in taken.stdout
    assert "拒收 1 行" in taken.stderr
    assert found.stdout.count("\n") == 1
    assert "name\t王芳\n" in shown.stdout


def test_what_is_piped_is_plain_and_complete(shell: Shell) -> None:
    found = shell.run("search", "--facet", "region", COLUMNS="20")

    hits, _, facets = found.stdout.partition("\n\n")
    assert "\x1b" not in found.stdout + found.stderr
    assert [line.split("\t")[1] for line in hits.splitlines()] != []
    assert {len(line.split("\t")) for line in hits.splitlines()} == {7}
    assert {len(line.split("\t")) for line in facets.splitlines()} == {3}
    assert "中国农业发展银行浙江省分行" in hits


def test_json_keys_are_those_of_the_python_api(own_shell: Shell, tmp_path: Path) -> None:
    source = tmp_path / "坏.json"
    source.write_text('[{"备注": "没有名字"}]', encoding="utf-8")

    page = json.loads(own_shell.run("search", "张伟", "--json").stdout)
    record = json.loads(own_shell.run("show", page["hits"][0]["record_id"], "--json").stdout)
    report = json.loads(own_shell.run("ingest", str(source), "--json").stdout)

    assert list(page) == [each.name for each in fields(Page)]
    assert list(page["hits"][0]) == [each.name for each in fields(Hit)]
    assert list(record) == [each.name for each in fields(Record)]
    assert list(report) == [each.name for each in fields(IngestReport)]
    assert list(report["rejected"][0]) == [each.name for each in fields(Problem)]


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["search", "(", "--json"], 2, "query_syntax"),
        (["search", "--json", "--nonsense"], 2, "usage"),
        (["show", "没有", "--json"], 3, "not_found"),
        (["--as", "陌生人", "search", "--json"], 4, "access_denied"),
    ],
    ids=["query", "usage", "missing", "denied"],
)
def test_failures_as_json_go_to_stderr(
    shell: Shell, arguments: list[str], code: int, name: str
) -> None:
    ended = shell.run(*arguments)

    assert (ended.returncode, ended.stdout) == (code, "")
    error = json.loads(ended.stderr)["error"]
    assert error["code"] == name
    assert set(error) - {"position"} == {"code", "message"}


@pytest.mark.parametrize("stream", ["stdout", "both"])
def test_a_reader_who_has_seen_enough_is_no_error(shell: Shell, stream: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        shell.command("search"),
        env=shell.environ(),
        stdout=writing,
        stderr=writing if stream == "both" else subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert ended.returncode == 0
    assert b"Traceback" not in (ended.stderr or b"")
    assert b"Exception" not in (ended.stderr or b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_a_failure(shell: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            shell.command("search"),
            env=shell.environ(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ended.returncode == 1
    assert "请检查磁盘".encode() in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_terminal_of_another_encoding_gets_what_it_can_show(shell: Shell) -> None:
    ended = subprocess.run(
        shell.command("search", "李䶮", "--mode", "exact"),
        env=shell.environ(PYTHONIOENCODING="gbk"),
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 0
    assert "\t李\\u4dae\t个人" in ended.stdout.decode("gbk")


def test_arguments_that_are_no_text_are_refused_or_shown_harmless(shell: Shell) -> None:
    query = shell.run("search", b"\xff\xfe")
    path = shell.run("ingest", b"/tmp/\xff\x1b[31m.csv")

    assert query.returncode == 2
    assert "UTF-8" in query.stderr
    assert path.returncode == 6
    assert "\\udcff\\x1b[31m.csv" in path.stderr
    assert "\x1b" not in path.stderr


def test_a_terminal_gets_a_table_with_colours(shell: Shell) -> None:
    code, terminal = run_in_terminal(shell, "search", "逾期", "--facet", "region")

    assert code == 0
    assert "\x1b[1;31m逾期\x1b[0m" in terminal.seen
    assert "档号" in terminal.plain
    assert re.search(r"备注：逾期两次，已结清", terminal.plain)
    assert re.search(r"华东 +1", terminal.plain)
    assert re.search(r"\n  江苏省 +1", terminal.plain)
    assert "苏州市" not in terminal.plain.partition("地区\n")[2]


@pytest.mark.parametrize("how", ["environment", "option"])
def test_a_terminal_without_colours_gets_none(shell: Shell, how: str) -> None:
    option = ["--no-color"] if how == "option" else []
    no_color = "1" if how == "environment" else ""

    code, terminal = run_in_terminal(shell, "search", "逾期", *option, NO_COLOR=no_color)

    assert code == 0
    assert "\x1b" not in terminal.seen
    assert "档号" in terminal.seen


def test_escapes_in_data_never_reach_a_terminal(own_shell: Shell) -> None:
    own_shell.run("--as", "坏\x1b]0;x\x07\u202e\x9b31m人", "search")

    _, table = run_in_terminal(own_shell, "audit", "list", "--limit", "3", "--no-color")
    _, document = run_in_terminal(own_shell, "audit", "list", "--limit", "3", "--json", "-q")

    for seen in (table.seen, document.seen):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", seen)
        assert "人" in seen
    assert json.loads(document.seen)["entries"]


def test_progress_is_for_terminals_and_the_receipt_says_what_to_do(
    own_shell: Shell, tmp_path: Path
) -> None:
    source = tmp_path / "客户.csv"
    source.write_text("姓名,证件号码\n王芳,\n李强,11010519491231002A\n", encoding="utf-8")

    code, terminal = run_in_terminal(own_shell, "ingest", str(source))
    piped = own_shell.run("ingest", str(source))

    assert code == 6
    assert "录入 客户.csv" in terminal.plain
    assert "拒收的原因" in terminal.plain
    assert "请用 Excel 打开" in terminal.plain
    assert "客户.csv 2 条" not in piped.stderr


@pytest.mark.parametrize("command", [("search", "张伟"), ("match", "张伟")])
def test_who_waits_for_a_rebuild_of_the_index_is_told(
    own_shell: Shell, tmp_path: Path, command: tuple[str, ...]
) -> None:
    source = tmp_path / "客户.csv"
    source.write_text("姓名\n张伟\n", encoding="utf-8")
    own_shell.run("ingest", str(source))
    shutil.rmtree(own_shell.home / "index")

    code, first = run_in_terminal(own_shell, *command)
    _, second = run_in_terminal(own_shell, *command)
    shutil.rmtree(own_shell.home / "index")
    piped = own_shell.run(*command)

    assert code == 0
    assert "正在重建索引…" in first.plain
    assert "A001-GR-" in first.plain
    assert "正在重建索引" not in second.plain
    assert "正在重建索引" not in piped.stdout + piped.stderr


def test_a_narrow_terminal_breaks_no_table(shell: Shell) -> None:
    _, terminal = run_in_terminal(shell, "search", "-q", columns=60)

    assert "中国农业" in terminal.plain
    assert all(len(line.encode("gbk", "replace")) <= 60 for line in terminal.plain.splitlines())


@pytest.mark.parametrize(("answer", "state"), [("y", "disabled"), ("n", "active"), ("", "active")])
def test_a_person_is_asked_before_a_user_is_locked_out(
    own_shell: Shell, answer: str, state: str
) -> None:
    own_shell.run("user", "add", "li.na")

    terminal = in_terminal(own_shell, ["user", "disable", "li.na"])
    terminal.read_until(r"\[y/N\]")
    terminal.type(f"{answer}\n")
    code = terminal.end()
    os.close(terminal.descriptor)

    assert code == (0 if state == "disabled" else 1)
    assert own_shell.run("user", "list").stdout.splitlines()[1].endswith(state)


def test_an_interrupted_ingest_ends_cleanly_and_goes_on_when_repeated(
    own_shell: Shell, tmp_path: Path
) -> None:
    source = tmp_path / "很多.jsonl"
    lines = (json.dumps({"姓名": f"客户{number}", "备注": "长" * 50}) for number in range(80_000))
    source.write_text("\n".join(lines), encoding="utf-8")

    terminal = in_terminal(own_shell, ["ingest", str(source)])
    terminal.read_until(r"很多.jsonl [1-9]\d* 条")
    terminal.process.send_signal(signal.SIGINT)
    code = terminal.end()
    os.close(terminal.descriptor)
    stored = json.loads(own_shell.run("search", "客户", "--limit", "0", "--json").stdout)["total"]

    assert code == 130
    assert "已中断" in terminal.plain
    assert "Traceback" not in terminal.plain
    assert 0 < stored < 80_000
    assert own_shell.run("doctor").returncode == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_and_options(shell: Shell, tmp_path: Path) -> None:
    program = tmp_path / "archsearch"
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c '{PROGRAM}' \"$@\"\n", encoding="utf-8"
    )
    program.chmod(0o755)
    script = """
        eval "$(archsearch completion bash)"
        complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _archsearch_completion archsearch; echo "${COMPREPLY[*]}"; }
        complete_words archsearch se
        complete_words archsearch search --mo
        complete_words archsearch search --mode f
        complete_words archsearch user d
    """
    environ = shell.environ(PATH=f"{tmp_path}:{os.environ['PATH']}")

    ended = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=environ,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert [line.strip() for line in ended.stdout.splitlines()] == [
        "search serve",
        "--mode",
        "fuzzy",
        "disable",
    ]


def test_of_two_who_change_the_same_version_at_once_one_is_told_of_the_conflict(
    own_shell: Shell,
) -> None:
    record_id = own_shell.run("search", "张伟", "--mode", "exact").stdout.split("\t")[0]

    racing = [
        subprocess.Popen(
            own_shell.command("change", record_id, f"备注=由{name}改", "--if-version", "1"),
            env=own_shell.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in ("甲", "乙")
    ]
    codes = sorted(each.wait(60) for each in racing)

    assert codes == [0, 5]
    assert own_shell.run("history", record_id).stdout.count("\n") == 2
    assert own_shell.run("doctor").returncode == 0
