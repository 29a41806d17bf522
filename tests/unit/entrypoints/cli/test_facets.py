"""Facets for people."""

from archsearch.entrypoints.cli.facets import outline


def test_paths_are_a_tree_of_two_levels_with_the_largest_first() -> None:
    counts = [
        ("华北", 5),
        ("华东", 9),
        ("华东/上海市", 3),
        ("华东/江苏省", 6),
        ("华东/江苏省/苏州市", 6),
        ("华北/北京市", 5),
    ]

    assert outline(counts) == [
        ("华东", 9),
        ("  江苏省", 6),
        ("  上海市", 3),
        ("华北", 5),
        ("  北京市", 5),
    ]


def test_a_child_stays_below_its_parent_when_others_count_as_much() -> None:
    counts = [("乙", 2), ("乙/子", 2), ("甲", 2), ("甲/子", 2)]

    assert [name for name, _ in outline(counts)] == ["乙", "  子", "甲", "  子"]
