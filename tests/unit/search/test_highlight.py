from collections.abc import Mapping

import pytest

from archsearch.domain.record import RecordId
from archsearch.search.highlight import Highlighter
from tests.unit.search.conftest import Library


def marked(
    highlighter: Highlighter, record: Mapping[str, object], *terms: str
) -> dict[str, list[str]]:
    found = highlighter.highlight(record, [(term, None) for term in terms])
    return {
        key: [snippet.text[start:end] for snippet in snippets for start, end in snippet.spans]
        for key, snippets in found.items()
    }


def test_matches_are_marked_in_the_text_as_it_is_written(library: Library) -> None:
    record = {"name": "張　偉㍿", "notes": "与ＡＢＣ（上海）往来"}

    found = marked(library.language.highlighter, record, "张伟", "abc上海")

    assert found == {"name": ["張　偉"], "notes": ["ＡＢＣ（上海"]}


def test_overlapping_matches_are_one_span(library: Library) -> None:
    found = marked(library.language.highlighter, {"notes": "北京天安门"}, "北京天", "天安门")

    assert found == {"notes": ["北京天安门"]}


@pytest.mark.parametrize(
    ("query", "name", "spans"),
    [
        ("章伟民", "张伟明", ["张伟明"]),
        ("zhangwei", "张伟明", ["张伟"]),
        ("张明", "张伟明", ["张", "明"]),
        ("花园热疗", "上海华源热疗有限公司", ["华源热疗"]),
        ("国营０７１Ａ厂", "国营〇七一㎏Ａ厂", ["国营〇七一", "Ａ厂"]),
        ("陈晓峯", "陳　曉峰", ["陳", "曉峰"]),
    ],
)
def test_what_is_likely_meant_is_marked_in_the_name_as_it_is_written(
    library: Library, query: str, name: str, spans: list[str]
) -> None:
    library.hold(a=name)
    _, likely = library.likely(query)
    record = library.records["a"]
    reasons = library.language.likeness.reasons(record, likely.meant[RecordId("a")])

    (snippet,) = library.language.highlighter.highlight(record, [], reasons)["name"]

    assert [snippet.text[start:end] for start, end in snippet.spans] == spans


def test_a_term_bound_to_a_field_is_marked_there_only(library: Library) -> None:
    record = {"name": "长春药店", "notes": "长春"}

    found = library.language.highlighter.highlight(record, [("长春", "notes")])

    assert list(found) == ["notes"]


def test_a_long_text_is_cut_around_the_first_match(library: Library) -> None:
    text = "前" * 200 + "逾期" + "后" * 200

    highlighter = library.language.highlighter
    found = highlighter.highlight({"notes": text}, [("逾期", None)])
    (snippet,) = found["notes"]

    assert len(snippet.text) < 100
    assert [snippet.text[start:end] for start, end in snippet.spans] == ["逾期"]
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")


def test_sensitive_fields_are_never_highlighted(library: Library) -> None:
    record = {"name": "甲", "phones": ["138****5678"]}

    assert marked(library.language.highlighter, record, "5678", "138") == {}
