"""`archsearch dictionary`."""

from .conftest import Run


def test_entries_of_every_kind_are_added_listed_and_removed(change: Run) -> None:
    change("dictionary", "add", "授信通")
    change("dictionary", "add", "省农信", "--for", "浙江省农村信用社联合社")
    change("dictionary", "add", "逾期", "--same-as", "拖欠")

    assert change("dictionary", "list").rows == [
        ["简称", "省农信", "浙江省农村信用社联合社"],
        ["同义词", "逾期", "拖欠"],
        ["词语", "授信通", ""],
    ]
    assert change("dictionary", "remove", "逾期", "--same-as", "拖欠").code == 0
    assert change("dictionary", "remove", "授信通", "--json").document == {
        "kind": "word",
        "term": "授信通",
        "meaning": "",
        "records": 0,
    }
    assert [row[1] for row in change("dictionary", "list").rows] == ["省农信"]


def test_a_word_says_how_many_records_it_concerned(change: Run) -> None:
    assert "0 份档案已重新索引" in change("dictionary", "add", "授信通").err


def test_an_entry_is_either_a_short_name_or_a_synonym(change: Run) -> None:
    ran = change("dictionary", "add", "农信", "--for", "农村信用社", "--same-as", "信用社")

    assert ran.code == 2
    assert "--for" in ran.err


def test_what_is_there_or_not_there_has_its_exit_code(change: Run) -> None:
    change("dictionary", "add", "授信通")

    assert change("dictionary", "add", "授信通").code == 5
    assert change("dictionary", "remove", "没有的词").code == 3
