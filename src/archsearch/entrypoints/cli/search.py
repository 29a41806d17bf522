"""``archsearch search``."""

from pathlib import Path
from typing import Any, Final

import click

from archsearch.domain.query import Mode, SearchRequest
from archsearch.entrypoints.cli import hits
from archsearch.entrypoints.cli.commands import QueryCommand, argument, option
from archsearch.entrypoints.cli.kinds import LOCATION, Number, OneOf
from archsearch.entrypoints.cli.request import Written, conditions, filters, listed
from archsearch.entrypoints.cli.session import Session

_MODES = {
    Mode.AUTO.value: "自动",
    Mode.EXACT.value: "精确",
    Mode.FUZZY.value: "模糊",
}


@click.command(
    "search",
    cls=QueryCommand,
    help="""在自己的检索范围内检索档案；不写检索式则列出全部，新的在前。

    词语之间是“并且”；"…" 短语 · 字段:值 · -词 或 NOT 排除 · OR 或“或” · 括号 ·
    值~ 模糊 · * ? 通配 · 2024-01..2024-06 范围 · #标签。

    在管道里每行一个结果，以制表符分隔：档号、客户名称、客户性质、价值等级、地区、关键词标签、
    命中方式；统计在空行之后：字段、值、数量。""",
    arguments=[("检索式", "要找什么；多个词用空格隔开")],
    examples=[
        ("archsearch search 张伟 逾期", "两个词都要有"),
        ("archsearch search zhangwei", "拼音"),
        ("archsearch search '备注:逾期 -结清'", "在备注里找逾期，不要结清"),
        ("archsearch search --region 华东 --tier 高价值", "只筛选"),
        ("archsearch search 授信 --facet region,tags", "并按地区和标签统计"),
        (
            "archsearch search --filter '成立日期=2020-01..2023-12' --sort -established_on",
            "范围与排序",
        ),
        ("archsearch search 逾期 -o 逾期.xlsx --reason 季度风险排查", "导出全部结果"),
    ],
)
@argument("query", nargs=-1, metavar="检索式")
@option("--mode", type=OneOf(_MODES), explanation="自动、精确或模糊；默认自动")
@option(
    "--filter", type=Written(), multiple=True, explanation="筛选；字段=甲,乙 任一，字段!=值 排除"
)
@option("--region", multiple=True, explanation="地区；上级包含下级")
@option("--tier", multiple=True, explanation="价值等级")
@option("--tag", multiple=True, explanation="关键词标签，有其一即可")
@option("--all-tags", multiple=True, explanation="关键词标签，必须全有")
@option("--nature", multiple=True, explanation="客户性质")
@option("--business", multiple=True, explanation="业务类型")
@option("--department", multiple=True, explanation="部门；上级包含下级")
@option("--status", multiple=True, explanation="档案状态")
@option("--since", metavar="日期", explanation="建档时间从这天起")
@option("--until", metavar="日期", explanation="建档时间到这天止")
@option("--facet", multiple=True, metavar="字段", explanation="按字段统计数量，逗号隔开多个")
@option("--sort", metavar="字段", explanation="排序：relevance（默认）或字段名，前加 - 为倒序")
@option("-o", "--output", type=LOCATION, explanation="导出全部结果：.csv、.xlsx 或 .jsonl 文件")
@option("--reason", metavar="理由", explanation="为什么要导出；记入操作日志")
@option("--reveal", is_flag=True, explanation="导出敏感字段的原文；须有权限")
@option("--limit", type=Number(), explanation="这一页最多几条，默认 20")
@option("--offset", type=Number(), default=0, explanation="跳过前面几条")
@click.pass_obj
def command(session: Session, /, query: tuple[str, ...], **given: Any) -> None:
    """Search and show the page."""
    user = session.acting
    session.asked = " ".join(query)
    output: Path | None = given["output"]
    _refuse_mixtures(given)
    session.confirm_replacing(output)
    with session.archive() as archive:
        schema, defaults = archive.settings.schema, archive.settings.options.search

        def key_of(name: str) -> str:
            spec = schema.find(name)
            return spec.key if spec else name

        sort = given["sort"] or "relevance"
        request = SearchRequest(
            text=session.asked,
            mode=Mode(given["mode"] or defaults.mode),
            filters=filters(conditions(given), key_of),
            facets=tuple(key_of(key) for each in given["facet"] for key in listed(each)),
            sort="-" + key_of(sort[1:]) if sort.startswith("-") else key_of(sort),
            limit=defaults.limit if given["limit"] is None else given["limit"],
            offset=given["offset"],
        )
        if output is not None:
            # Loaded only here: most searches are looked at.
            from archsearch.entrypoints.cli.handout import hand_out  # noqa: PLC0415 - see above

            wish = (request, given["reason"], given["reveal"])
            hand_out(archive, wish, user, output, session.out)
            return
        page = archive.search.search(request, user)
    hits.show(page, schema, session.out)


_OF_PAGES: Final = ("facet", "limit", "offset")
_OF_FILES: Final = ("reason", "reveal")
_ENDINGS: Final = (".csv", ".xlsx", ".jsonl")


def _refuse_mixtures(given: dict[str, Any]) -> None:
    """Refuse options that do not go together."""
    output: Path | None = given["output"]
    if output is None:
        if any(given[name] for name in _OF_FILES):
            raise click.UsageError("--reason、--reveal 用于导出，须与 -o 文件 一起用。")
        return
    if output.suffix.lower() not in _ENDINGS:
        raise click.UsageError("导出的文件须以 .csv、.xlsx 或 .jsonl 结尾。")
    if any(given[name] for name in _OF_PAGES):
        raise click.UsageError("导出的是全部结果，不能与 --facet、--limit、--offset 一起用。")
    if not (given["reason"] or "").strip():
        raise click.UsageError("导出要写明理由：--reason 理由。")
