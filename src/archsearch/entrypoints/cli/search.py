"""``archsearch search``."""

from typing import Any

import click

from archsearch.domain.query import Mode, SearchRequest
from archsearch.entrypoints.cli import hits
from archsearch.entrypoints.cli.commands import QueryCommand, argument, option
from archsearch.entrypoints.cli.kinds import Number, OneOf
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
@option("--limit", type=Number(), explanation="这一页最多几条，默认 20")
@option("--offset", type=Number(), default=0, explanation="跳过前面几条")
@click.pass_obj
def command(session: Session, /, query: tuple[str, ...], **given: Any) -> None:
    """Search and show the page."""
    user = session.acting
    session.asked = " ".join(query)
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
        page = archive.search.search(request, user)
    hits.show(page, schema, session.out)
