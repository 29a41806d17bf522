"""A made-up archive, and who sees what in it by the written rules alone.

The rules are written down here once more, in a few lines of their own, so that the tests do not ask
the code under test what is right.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.offices import Office

LEVELS: Final = ("公开", "内部", "秘密", "机密")
DEPARTMENTS: Final = (
    "总行", "华东分行", "华东分行/信贷部", "华东分行/信贷部/一组", "华东分行/信贷部二",
    "华东分行二部", "华北分行", "华北分行/营业室", "华北分行/营业室/柜面",
)  # fmt: skip
"""A tree with names that begin like others, and a branch at two levels."""

USERS: Final[Mapping[str, str]] = {
    "head": "manager at 总行 and 华北分行/营业室, 机密",
    "east": "manager at 华东分行",
    "credit": "manager at 华东分行/信贷部, 秘密",
    "li": "employee at 华东分行/信贷部",
    "wu": "employee at 华北分行, 秘密",
    "eye": "auditor at 总行, 机密",
    "lost": "employee, 机密",
}
"""With the administrator ``admin`` eight users of all roles; ``lost`` has no department."""

EVERYBODY: Final = ("admin", *USERS)
OWNERS: Final = ("admin", "head", "east", "credit", "li", "wu", "lost", "left")

SURNAMES: Final = "张章王汪李黎陈程单解"
GIVEN: Final = ("伟", "玮", "小明", "晓明", "建国", "丽", "一鸣", "䶮", "国强")
PLACES: Final = ("上海", "苏州", "北京", "杭州")
BRANDS: Final = ("华信", "长江", "恒通", "鼎盛", "新元")
TRADES: Final = ("科技", "贸易", "建材", "物流")
WORDS: Final = ("逾期", "展期", "授信审批", "贷款", "抵押房产", "投诉", "理财到期", "资料齐全")
REGIONS: Final = ("上海市浦东新区", "江苏省苏州市吴中区", "北京市东城区", "浙江省", "杭州市西湖区")
TAGS: Final = ("授信", "逾期", "小微企业", "跨境", "自编标签")


@dataclass
class Corpus:
    """The rows, and the leave given: (record, user, days from now to its start, and its length)."""

    rows: list[dict[str, Any]]
    grants: list[tuple[str, str, float, float]] = field(default_factory=list)

    def visible(self, user: str, *, after: float = 0) -> list[dict[str, Any]]:
        """List the rows that a user may see, ``after`` days later."""
        return [row for row in self.rows if self.may(user, row, after)]

    def may(self, user: str, row: Mapping[str, Any], after: float) -> bool:
        """Say whether a user may see a row, ``after`` days later."""
        if user == "admin":
            return True
        post, _, clearance = USERS[user].partition(", ")
        role, _, places = post.partition(" at ")
        if LEVELS.index(row["secrecy"]) > LEVELS.index(clearance or "内部") or not places:
            return False
        granted = any(
            (record, whose) == (row["record_id"], user) and start <= after < start + days
            for record, whose, start, days in self.grants
        )
        if role == "manager":
            above = [f"{place}/" for place in places.split(" and ")]
            return granted or any(f"{row['department']}/".startswith(place) for place in above)
        return role == "employee" and (granted or row["owner"] == user)


def made_up(amount: int, seed: int) -> Corpus:
    """Make records whose every field is on the way to somebody's search."""
    dice = random.Random(seed)
    rows = [_row(f"R{number:04d}", dice) for number in range(amount)]
    corpus = Corpus(rows)
    for user in USERS:
        for start in (0.0, -2.0, 1.0):
            for row in dice.sample(rows, 8):
                corpus.grants.append((row["record_id"], user, start, 1.0))
    return corpus


def _row(record_id: str, dice: random.Random) -> dict[str, Any]:
    person = dice.random() < 0.6
    if person:
        name = dice.choice(SURNAMES) + dice.choice(GIVEN)
    else:
        name = f"{dice.choice(PLACES)}{dice.choice(BRANDS)}{dice.choice(TRADES)}有限公司"
    optional: dict[str, Any] = {
        "nature": "个人" if person else "企业",
        "region": dice.choice(REGIONS),
        "value_tier": dice.choice(("高价值", "中价值", "低价值")),
        "business_type": dice.choice(("对公贷款", "存款", "信用卡")),
        "tags": dice.sample(TAGS, dice.randrange(1, 4)),
        "notes": "，".join(dice.choices(WORDS, k=dice.randrange(1, 6))),
        "former_names": [dice.choice(BRANDS) + "商行"],
        "phones": [f"138{dice.randrange(1000):04d}{dice.randrange(4):04d}"],
        "credit": {"overdue": dice.randrange(5), "grade": dice.choice(("AAA", "AA", "A"))},
        "contacts": [{"name": dice.choice(SURNAMES) + dice.choice(GIVEN)}],
        "review_due": f"20{dice.randrange(27, 30)}-0{dice.randrange(1, 10)}-15",
    }
    if not person:
        optional["established_on"] = f"20{dice.randrange(10, 20)}-01-{dice.randrange(10, 29)}"
    return {
        "record_id": record_id,
        "name": name,
        "owner": dice.choice(OWNERS),
        "department": dice.choice(DEPARTMENTS),
        "secrecy": dice.choices(LEVELS, (2, 5, 2, 1))[0],
        "created_at": f"2025-0{dice.randrange(1, 10)}-{dice.randrange(10, 29)}",
        **{key: value for key, value in optional.items() if dice.random() < 0.75},
    }


def settle(office: Office, rows: Sequence[Mapping[str, Any]], corpus: Corpus) -> None:
    """Fill an archive with some of the rows, its users, and the leave that concerns the rows."""
    office.hire(**USERS)
    third = len(rows) // 3 + 1
    for start in range(0, len(rows), third):  # several segments, not one
        office.feed(*rows[start : start + third])
    held = {row["record_id"] for row in rows}
    for record_id, user, begin, days in corpus.grants:
        if record_id in held:
            office.grant(record_id, user, start=begin, days=days)
