"""What entries of the log tell, in words."""

import re

import pytest

from archsearch import errors
from archsearch.domain.audit import AuditFilter
from archsearch.entrypoints.details import CODES, detail_of
from archsearch.errors import AccessDeniedError
from tests.offices import Office


def told(office: Office) -> list[str]:
    schema = office.application.settings.schema
    found = office.application.audit.search(AuditFilter(), "admin", limit=100)
    return [detail_of(each, schema) for each in found]


def test_entries_are_told_in_chinese(office: Office) -> None:
    office.hire(boss="manager at 甲部", li="employee at 乙部")
    office.feed({"record_id": "A", "name": "甲", "department": "甲部"})
    archive = office.archive
    archive.search("甲", user="boss", filters={"region": ["华东"]}, mode="fuzzy")
    archive.change("A", {"部门": "乙部", "备注": "二"}, user="admin")
    asked = archive.borrow.request("A", purpose="检查", reason="核对", user="boss", days=3)
    archive.borrow.approve(asked.id, user="admin")
    archive.reveal("A", reason="核对证件", user="admin")
    archive.tokens.create("夜间", owner="li", rights=["read", "propose"], user="admin")
    with pytest.raises(AccessDeniedError):
        archive.policy.show(user="li")

    lines = told(office)

    everything = "\n".join(lines)
    for wanted in (
        "检索式 甲；筛选 地区=华东；方式 精确；要求的方式 模糊；共 0",
        "至 2026-03-08 12:00",
        "部门（甲部→乙部）",
        "备注",
        "角色 部门经理",
        "权限 申请修改、读",
        "原因 没有权限",
        "理由 核对证件",
        "天数 3",
    ):
        assert wanted in everything
    words = re.findall(r"(?:^|；)([a-z_]+) ", everything, re.MULTILINE)
    assert words == []
    assert not re.search(r"[0-9a-f]{20}", everything)


def test_what_is_nothing_is_not_told_but_a_count_of_none_is(office: Office) -> None:
    office.archive.search("没有的", user="admin")

    (line,) = (each for each in told(office) if "没有的" in each)

    assert "共 0" in line
    assert "从第几条起" not in line
    assert "筛选" not in line


def test_every_code_of_an_error_has_words() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {kind.code for kind in kinds if issubclass(kind, errors.ArchsearchError)}

    assert codes <= set(CODES)
