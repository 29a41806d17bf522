"""``archsearch serve``."""

import os

import click

from archsearch.entrypoints.cli.commands import Command, option
from archsearch.entrypoints.cli.kinds import Number
from archsearch.entrypoints.cli.session import Session
from archsearch.errors import ConflictError

_MOST_WORKERS = 64


@click.command(
    "serve",
    cls=Command,
    help="""启动 HTTP 服务，供程序和网页使用；按 Ctrl-C 停止，正在处理的请求会先做完。

    接口说明在 /openapi.json；程序用令牌访问（archsearch token create），人用密码登录
    （archsearch user password）。默认只有本机能访问；要让别的机器访问，请放在终止 TLS
    的代理之后，并在配置里设 server.https: true。""",
    examples=[
        ("archsearch serve", "在 http://127.0.0.1:8000"),
        ("archsearch serve --port 8080 --workers 2", "两个进程共用一份索引"),
    ],
)
@option("--host", default="127.0.0.1", metavar="地址", explanation="监听的地址，默认 127.0.0.1")
@option("--port", type=Number(), default=8000, explanation="端口，默认 8000；0 为任一空闲的")
@option("--workers", type=Number(1), default=1, explanation="进程数，默认 1")
@click.pass_obj
def command(session: Session, host: str, port: int, workers: int) -> None:
    """Serve until stopped."""
    if workers > _MOST_WORKERS:
        raise click.UsageError(f"选项 --workers：最多 {_MOST_WORKERS} 个进程。")
    from archsearch.entrypoints.http.serving import LOGGING, Stand, address_of, listen, serve  # noqa: PLC0415 - only here

    with session.archive() as archive:
        workspace, server = archive.settings.workspace.root, archive.settings.options.server
        archive.index.begin()
        archive.index.catch_up()
    stand = Stand(host, port, workers)
    try:
        taken = listen(stand)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or "没有这个端口"
        message = f"不能在 {host} 的端口 {port} 上监听（{why}）；请换一个。"
        raise ConflictError(message) from error
    options = {
        "forwarded_allow_ips": list(server.trusted_proxies),
        "proxy_headers": bool(server.trusted_proxies),
        "timeout_graceful_shutdown": server.stop_seconds,
    }
    if session.quiet:
        quiet = {**LOGGING["loggers"]["archsearch"], "level": "WARNING"}
        loggers = {**LOGGING["loggers"], "archsearch": quiet}
        options["log_config"] = {**LOGGING, "loggers": loggers}
    address = address_of(stand, taken)
    if session.json:
        session.out.document({"address": address, "pid": os.getpid()})
    else:
        session.out.lines([[address]])
    session.out.note("服务已启动；按 Ctrl-C 停止。接口说明在 /openapi.json。")
    with taken:
        serve(workspace, stand, taken, options)
