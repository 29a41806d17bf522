"""Numbers of persons are in no file of a workspace, and are found all the same."""

import base64
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archsearch
from archsearch.domain.identifiers import person_check_char
from archsearch.errors import NotFoundError

RECORDS = 40


def identity(dice: random.Random) -> str:
    body = f"3101{dice.randint(1, 20):02d}19{dice.randint(50, 99)}{dice.randint(1, 12):02d}"
    body += f"{dice.randint(1, 28):02d}{dice.randint(0, 999):03d}"
    return body + person_check_char(body)


def digits(dice: random.Random, start: str, size: int) -> str:
    return start + "".join(dice.choices("0123456789", k=size - len(start)))


@pytest.fixture(scope="module")
def planted() -> dict[str, list[str]]:
    """By record: two ID numbers, two telephones, a card, an account, of others and its own."""
    dice = random.Random(11)
    return {
        f"R{number}": [
            identity(dice),
            digits(dice, "138", 11),
            identity(dice),
            digits(dice, "159", 11),
            digits(dice, "6222", 19),
            digits(dice, "7", 16),
            digits(dice, "186", 11),
            identity(dice),
        ]
        for number in range(RECORDS)
    }


def row(record_id: str, numbers: list[str]) -> dict[str, Any]:
    own, phone, spouse, mobile, card, account, contact, contact_id = numbers
    called = f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}"
    return {
        "record_id": record_id, "name": f"客户{record_id}", "id_number": own, "phones": [phone],
        "contacts": [{"name": "王五", "phone": contact, "id_number": contact_id}],
        "notes": f"配偶证件{spouse}，联系{called}，卡号{card}；账号：{account}逾期",
        "source": "核心系统", "source_id": own,
    }  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, planted: dict[str, list[str]]) -> Path:
    path = tmp_path_factory.mktemp("planted") / "workspace"
    archsearch.init(path)
    with archsearch.open(path) as archive:
        rows = [row(record_id, numbers) for record_id, numbers in planted.items()]
        archive.add_user("li", role="employee", departments=["总行"])
        assert archive.ingest(rows[:1], user="li").accepted == 1
        assert archive.ingest(rows[1:], user="admin").accepted == RECORDS - 1
        handle(archive, rows[0], planted["R1"])
    return path


def handle(archive: archsearch.Archive, mine: dict[str, Any], numbers: list[str]) -> None:
    """Write numbers wherever people write something about a record, and take them out again."""
    own, phone, spouse, *_ = numbers
    wish = {"电话": [phone], "备注": f"换成{spouse}"}
    made = archive.propose("R0", wish, reason=f"来电{phone}", user="li")
    archive.change("R0", wish, reason=f"证件{own}", user="admin")
    back = {"电话": mine["phones"], "备注": mine["notes"]}
    archive.proposals.accept(made.id, expected_version=2, note=f"已拨{phone}", user="admin")
    archive.change("R0", back, reason="改回", user="admin")
    archive.delete("R0", reason=f"与{own}重复", user="admin")
    archive.restore("R0", reason=f"误删，来电{phone}", user="admin")
    assert len(list(archive.export(phone, reason=f"核对{phone}", user="admin"))) == 1
    for record_id in (own, phone):
        with pytest.raises(NotFoundError):
            archive.change(record_id, {"备注": own}, user="admin")


def forms(number: str) -> Iterator[bytes]:
    text = number.encode()
    yield from (text, number.encode("utf-16-le"), number.encode("utf-16-be"), text.hex().encode())
    yield from (base64.b64encode(b"\0" * pad + text)[4:-4] for pad in range(3))


def test_every_number_is_found_as_a_whole_and_by_its_last_four(
    workspace: Path, planted: dict[str, list[str]]
) -> None:
    with archsearch.open(workspace) as archive:
        for record_id, numbers in planted.items():
            for number in numbers:
                whole = archive.search(number, user="admin", mode="exact")
                ending = archive.search(number[-4:], user="admin", mode="fuzzy", limit=RECORDS)

                assert [hit.record_id for hit in whole.hits] == [record_id]
                assert record_id in {hit.record_id for hit in ending.hits}


def test_no_number_is_in_any_byte_of_any_file(
    workspace: Path, planted: dict[str, list[str]]
) -> None:
    with archsearch.open(workspace) as archive:
        for numbers in planted.values():
            for number in numbers:
                archive.search(f"{number} 逾期", user="admin")
                archive.suggest(number, user="admin")
        archive.match([numbers[0] for numbers in planted.values()], user="admin")
        # While it is open: the log of what was written last is not folded into the file yet.
        content = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}

    assert any(path.name.endswith("-wal") for path in content)
    for numbers in planted.values():
        for number in numbers:
            for form in forms(number):
                assert not [path for path, held in content.items() if form in held], number


def test_a_number_among_words_narrows_as_a_word_does(
    workspace: Path, planted: dict[str, list[str]]
) -> None:
    mobile, card = planted["R7"][3], planted["R7"][4]
    with archsearch.open(workspace) as archive:
        for query, found in (
            (f"{mobile} 逾期", ["R7"]),
            (f"备注:{mobile}", ["R7"]),
            (f'"联系{mobile}"', ["R7"]),
            (f"{mobile} {card}", ["R7"]),
            (f"{mobile} 没有的词语", []),
            (f"{mobile} {planted['R8'][4]}", []),
            (f"逾期 -{mobile} R7", []),
        ):
            page = archive.search(query, user="admin", mode="exact")
            assert [hit.record_id for hit in page.hits] == found, query
