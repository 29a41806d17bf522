"""Duplicates: what ties records together, what keeps them apart, and who hears of it."""

from typing import Any

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.duplicates import DuplicatePage
from archsearch.errors import AccessDeniedError, InvalidRequestError
from archsearch.services.duplicates import DuplicateService
from tests.offices import Office

ONE, OTHER = "11010519491231002X", "310104198512120039"
FIRM = "91350100M000100Y43"


def page(office: Office, **more: Any) -> DuplicatePage:
    return office.archive.duplicates(**{"user": "admin", **more})


def groups(office: Office, **more: Any) -> list[list[str]]:
    return [[m.record_id for m in group.members] for group in page(office, **more).groups]


def told(office: Office) -> list[str]:
    (group,) = page(office).groups
    return [reason.text for link in group.links for reason in link.reasons]


def person(record_id: str, name: str, **more: Any) -> dict[str, Any]:
    return {"record_id": record_id, "name": name, **more}


def test_two_rows_without_record_id_and_one_number_are_one_customer(office: Office) -> None:
    office.feed({"name": "张伟", "id_number": ONE}, {"name": "张维", "id_number": ONE})

    found = page(office)

    assert [(group.verdict, group.score, len(group.members)) for group in found.groups] == [
        ("same", 1.0, 2)
    ]
    assert "证件号码一致" in told(office)
    assert ONE not in str(found)


def test_numbers_of_both_generations_and_codes_inside_credit_codes_are_equal(
    office: Office,
) -> None:
    office.feed(
        person("A", "张伟", id_number=ONE),
        person("B", "张卫", id_number=ONE[:6] + ONE[8:17]),
        {"record_id": "C", "name": "福州华信有限公司", "id_number": FIRM},
        {"record_id": "D", "name": "华信", "id_number": FIRM[8:17]},
    )

    assert groups(office) == [["A", "B"], ["C", "D"]]


@pytest.mark.parametrize(
    ("name", "shared", "verdict"),
    [
        ("李小明", {"phones": ["13812345678"]}, "same"),
        ("李晓明", {"phones": ["13812345678"]}, "likely"),
        ("李小明", {"birth_date": "1990-03-07"}, "same"),
        ("李晓明", {"birth_date": "1990-03-07"}, "likely"),
        ("李小明", {"region": "浙江省杭州市"}, ""),
        ("王小明", {"phones": ["13812345678"]}, ""),
        ("李晓红", {"phones": ["13812345678"], "birth_date": "1990-03-07"}, ""),
    ],
)
def test_persons_need_more_than_a_name(
    office: Office, name: str, shared: dict[str, Any], verdict: str
) -> None:
    office.feed(person("A", "李小明", **shared), person("B", name, **shared))

    assert [group.verdict for group in page(office).groups] == ([verdict] if verdict else [])


def test_another_number_keeps_records_apart_whatever_else_they_share(office: Office) -> None:
    shared = {"phones": ["13812345678"]}
    office.feed(
        person("A", "张伟", id_number=ONE, **shared),
        person("B", "张伟", id_number=OTHER, **shared),
    )

    assert groups(office) == []


def test_who_could_be_either_of_two_joins_one_of_them_only(office: Office) -> None:
    shared = {"phones": ["13812345678"]}
    office.feed(
        person("A", "张伟", id_number=ONE, **shared),
        person("B", "张伟", id_number=OTHER, **shared),
        person("C", "张伟", **shared),
    )

    assert groups(office) == [["A", "C"]]


@pytest.mark.parametrize(
    ("name", "more", "joined"),
    [
        ("上海华信科技有限公司", {}, True),
        ("華信科技（上海）有限责任公司", {}, True),
        ("上海华信科技有限公司第一分公司", {"phones": ["02112345678"]}, False),
        ("上海华信科技有限公司北京营业部", {"phones": ["02112345678"]}, False),
        ("上海华信科技", {"phones": ["02112345678"]}, True),
        ("上海华欣科技有限公司", {"phones": ["02112345678"]}, True),
        ("上海华欣科技有限公司", {}, False),
        ("北京华信科技有限公司", {}, False),
    ],
)
def test_organisations_are_one_by_name_and_branches_are_not_their_parents(
    office: Office, name: str, more: dict[str, Any], joined: bool
) -> None:
    office.feed(
        person("A", "上海华信科技有限公司", phones=["02112345678"]), person("B", name, **more)
    )

    assert groups(office) == ([["A", "B"]] if joined else [])


def test_a_former_name_ties_an_organisation_to_its_old_record(office: Office) -> None:
    office.feed(
        person("A", "上海鼎盛实业有限公司", former_names=["上海华信科技有限公司"]),
        person("B", "上海华信科技有限公司"),
    )

    assert groups(office) == [["A", "B"]]


def test_groups_hold_all_that_are_tied_together(office: Office) -> None:
    office.feed(
        person("A", "张伟", id_number=ONE, phones=["13812345678"]),
        person("B", "章伟", id_number=ONE, phones=["13900000000"]),
        person("C", "章伟", phones=["13900000000"]),
    )

    (group,) = page(office).groups
    assert [member.record_id for member in group.members] == ["A", "B", "C"]
    assert len(group.links) == 2


def test_a_number_of_very_many_ties_those_of_one_name(office: Office) -> None:
    crowd = [person(f"R{n:03d}", f"客户{n}号店", phones=["13812345678"]) for n in range(120)]
    pair = [person(f"P{n}", "欧阳震华", phones=["13812345678"]) for n in range(2)]
    office.feed(*crowd, *pair)

    assert groups(office) == [["P0", "P1"]]


def test_only_what_one_may_see_is_compared(office: Office) -> None:
    office.hire(li="employee at 总行")
    office.feed(
        person("A", "张伟", id_number=ONE, owner="li", department="总行"),
        person("B", "张伟", id_number=ONE),
        person("C", "张伟", id_number=ONE, owner="li", department="总行", secrecy="机密"),
    )

    assert groups(office, user="li") == []
    assert groups(office) == [["A", "B", "C"]]
    assert groups(office, user="li") == []


def test_pages_follow_each_other_and_hear_of_changes(office: Office) -> None:
    rows = [person(f"R{n:02d}", f"张{'伟芳丽勇军'[n // 2]}") for n in range(10)]
    office.feed(*({**row, "phones": [f"1381234567{n // 2}"]} for n, row in enumerate(rows)))

    whole = groups(office)
    pages = [groups(office, limit=2, offset=at)[:2] for at in (0, 2, 4, 6)]

    assert [group for some in pages for group in some] == whole
    assert [len(some) for some in pages] == [2, 2, 1, 0]
    assert (page(office, limit=0).total, page(office, limit=0).records) == (5, 10)
    office.feed({"record_id": "R00", "phones": ["13999999999"]})
    assert page(office).total == 4


def test_it_is_logged_without_names(office: Office) -> None:
    office.feed(person("A", "张伟", id_number=ONE), person("B", "张伟", id_number=ONE))
    page(office)
    with pytest.raises(AccessDeniedError):
        page(office, user="ghost")

    entries = office.application.audit.search(AuditFilter(action=Action.DUPLICATES), "admin")
    assert [one.entry.outcome for one in entries] == ["denied", "done"]
    assert entries[1].entry.detail["total"] == 1
    assert "张伟" not in str(entries)


@pytest.mark.parametrize(
    "more", [{"least": "none"}, {"limit": -1}, {"limit": True}, {"offset": -1}]
)
def test_parameters_that_are_none_are_refused(office: Office, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        page(office, **more)


def test_what_is_hidden_while_groups_are_made_is_not_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hire(li="manager at 总行, 内部")
    twins = [
        {"record_id": each, "name": "张伟", "id_number": "11010519491231002X", "department": "总行"}
        for each in ("A", "B", "C")
    ]
    office.feed(*twins)
    make = DuplicateService._groups
    made: list[int] = []

    def making(self: DuplicateService, everyone: Any, least: float) -> Any:
        if not made:
            office.feed({"record_id": "C", "name": "张伟", "secrecy": "机密"})
        made.append(len(everyone))
        return make(self, everyone, least)

    monkeypatch.setattr(DuplicateService, "_groups", making)

    shown = groups(office, user="li")

    assert shown == [["A", "B"]]
    assert made == [3, 2]


def test_who_may_see_nothing_is_not_told_how_much_there_is(office: Office) -> None:
    office.hire(wang="employee at 总行")
    office.feed(*({"record_id": f"R{n}", "name": f"甲{n}"} for n in range(1100)))
    heard: list[int] = []

    office.application.duplicates.duplicates(
        "wang", least="same", limit=9, offset=0, progress=lambda _, number: heard.append(number)
    )

    assert heard == []
