"""`make demo`: a workspace from the sample data, three searches in it, and its web page."""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

import archsearch

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
WORKSPACE = ROOT / "demo"
MARK = WORKSPACE / ".made-by-make-demo"
COMMAND = Path(sys.executable).parent / "archsearch"

CONFLICT = 5
"""How a command ends that found the port taken."""
LOG_INS = {
    "li.na": "李娜，员工：只看得到自己建的档案，其余可以申请调阅",
    "zhou.min": "周敏，华东分行部门经理：看本部门，审批调阅和修改",
    "sun.wei": "孙薇，审计员：只看操作日志",
    "admin": "管理员",
}

SEARCHES = (
    ("部门经理周敏在华东分行的档案里找“信用卡 逾期”，并按地区和价值等级统计", "zhou.min",
     ["search", "信用卡", "逾期", "--facet", "region,value_tier", "--limit", "3"]),
    ("名字听来的，字不一定对：同音、错一个字都找得到，并说明为什么命中", "admin",
     ["search", "徐健国", "--limit", "4"]),
    ("只会拼音，再按地区筛选；员工只看得到自己建的档案，这里以管理员的身份", "admin",
     ["search", "zhangwei", "--region", "华北", "--limit", "3"]),
)  # fmt: skip


def main() -> int:
    """Make the demonstration workspace and show it."""
    if WORKSPACE.exists() and not MARK.exists():
        print(f"{WORKSPACE.name}/ 已存在，且不是 make demo 建的；请先移走它。", file=sys.stderr)
        return 1
    shutil.rmtree(WORKSPACE, ignore_errors=True)
    os.environ["ARCHSEARCH_HOME"] = str(WORKSPACE)
    say("一、建立工作区，录入 sample_data 里的两千份客户档案（各种格式，其中 3% 故意是坏的）")
    run("admin", ["init", str(WORKSPACE)])
    MARK.touch()
    add_users()
    run("admin", ["ingest", str(SAMPLE / "records")])
    for number, (title, user, command) in enumerate(SEARCHES, 2):
        say(f"{'一二三四五'[number - 1]}、{title}")
        run(user, command)
    say("五、收件夹：把 sample_data/inbox 里的扫描件放进去，自动归到各自的客户名下")
    shutil.copytree(SAMPLE / "inbox", WORKSPACE / "inbox", dirs_exist_ok=True)
    run("admin", ["watch", "--once"])
    run("admin", ["inbox", "list", "--state", "all"])
    say("接下来可以试试")
    print(next_steps())
    if "--serve" not in sys.argv:
        return 0
    say("六、打开网页")
    passwords = give_passwords()
    print("用这些账号登录；密码是这次生成的，只显示这一次：\n")
    for name, (what, password) in passwords.items():
        print(f"  {name:<12}{password:<18}{what}")
    print("\n按 Ctrl-C 停止。网页的地址：", flush=True)
    return serve()


def give_passwords() -> dict[str, tuple[str, str]]:
    """Give some of the users passwords of their own, made for this demonstration."""
    made = {}
    with archsearch.open(WORKSPACE) as archive:
        for name, what in LOG_INS.items():
            password = "-".join(secrets.token_hex(2) for _ in range(3))
            # As if by themselves: nobody has to change it first.
            archive.accounts.set_password(name, password, user=name)
            made[name] = what, password
    return made


def serve() -> int:
    """Serve the workspace until somebody presses Ctrl-C; on another port if 8000 is taken.

    Quietly, for a line a request would drive the passwords from the screen. Its watch folder is
    looked after meanwhile.
    """
    environ = {**os.environ, "ARCHSEARCH_USER": "admin"}
    watcher = subprocess.Popen([COMMAND, "watch", "-q"], env=environ, stdout=subprocess.DEVNULL)
    try:
        return _serve(environ)
    finally:
        watcher.terminate()
        watcher.wait()


def _serve(environ: dict[str, str]) -> int:
    for port in ("8000", "0"):
        finished = subprocess.run(
            [COMMAND, "serve", "-q", "--port", port], env=environ, check=False
        )
        if finished.returncode != CONFLICT:
            return finished.returncode
    return CONFLICT


def add_users() -> None:
    """Add the sample's users, each seeing what their role lets them see."""
    users = yaml.safe_load((SAMPLE / "users.yaml").read_text(encoding="utf-8"))["users"]
    with archsearch.open(WORKSPACE) as archive:
        for user in users:
            if user["name"] != "admin":
                archive.add_user(
                    user["name"],
                    role=user["role"],
                    departments=user["departments"],
                    clearance=user["clearance"],
                    display_name=user["display"],
                )


def run(user: str, command: list[str]) -> None:
    """Show a command and run it; output that is piped stays in order."""
    shown = ["archsearch", *command]
    print(f"\n$ {shlex.join(shown)}    # 以 {user} 的身份", flush=True)
    environ = {**os.environ, "ARCHSEARCH_USER": user}
    finished = subprocess.run([COMMAND, *command], env=environ, check=False)
    # 6 says that some rows were rejected, as they should be here.
    if finished.returncode not in {0, 6}:
        sys.exit(finished.returncode)


def say(text: str) -> None:
    """Print a heading."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}{text}{plain}", flush=True)


def next_steps() -> str:
    """Tell a newcomer what to do."""
    place = os.path.relpath(WORKSPACE)
    return f"""
  export PATH="$PWD/{os.path.relpath(COMMAND.parent)}:$PATH"
  export ARCHSEARCH_HOME={place} ARCHSEARCH_USER=li.na
  archsearch search 逾期 --facet region          # 李娜只看得到自己建的档案
  archsearch search zhangwei --as admin          # 拼音
  archsearch search '信用卡 -逾期' --tier 高价值 --as zhou.min
  archsearch ingest 您的客户.csv --as admin       # 列名可以不同：姓名、客户名称、名称……
  archsearch watch --as admin                    # 照看收件夹：把扫描件放进 {place}/inbox
  archsearch serve                               # HTTP 服务；接口说明在 /openapi.json
  archsearch doctor --as admin                   # 证明档案库、索引、日志彼此一致
  archsearch --help

（再次运行 make demo 会重建 {place}/，清掉其中的内容；自己的档案请用 archsearch init 另建。）
"""


if __name__ == "__main__":
    sys.exit(main())
