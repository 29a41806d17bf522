"""Receipts of ingests."""

from archsearch.domain.problem import Problem, Where
from archsearch.entrypoints.cli.receipt import kinds


def problem(code: str, row: int, field: str | None = "name") -> Problem:
    return Problem(Where("甲.csv", f"第 {row} 行", row), code, f"{code} 的说明", field)


def test_problems_are_grouped_by_kind_and_field_the_most_frequent_first() -> None:
    found = kinds([problem("a", 1), problem("b", 2), problem("b", 3), problem("b", 4, "region")])

    assert [(each.first.code, each.first.field, each.count) for each in found] == [
        ("b", "name", 2),
        ("a", "name", 1),
        ("b", "region", 1),
    ]


def test_a_kind_remembers_where_it_was_first_seen() -> None:
    (kind,) = kinds([problem("a", 7), problem("a", 2)])

    assert kind.first.where.position == "第 7 行"


def test_what_is_wrong_with_a_whole_file_is_told_one_by_one() -> None:
    def column(name: str, source: str) -> Problem:
        return Problem(Where(source, "列名", 0), "unknown_column", f"不认识列名“{name}”")

    found = kinds([column("甲", "a.csv"), column("乙", "a.csv"), column("乙", "b.csv")])

    assert [(each.first.message, each.count) for each in found] == [
        ("不认识列名“乙”", 2),
        ("不认识列名“甲”", 1),
    ]
