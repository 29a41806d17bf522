from collections.abc import Mapping

from archsearch.search.highlight import Highlighter
from tests.unit.search.conftest import Library


def marked(
    highlighter: Highlighter, record: Mapping[str, object], *terms: str, loose: bool = False
) -> dict[str, list[str]]:
    found = highlighter.highlight(record, [(term, None) for term in terms], loose=loose)
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


def test_a_name_that_sounds_alike_is_marked_when_loose(library: Library) -> None:
    record = {"name": "张伟明"}

    assert marked(library.language.highlighter, record, "章伟民", loose=True) == {"name": ["张伟"]}
    assert marked(library.language.highlighter, record, "zhangwei", loose=True) == {
        "name": ["张伟"]
    }
    assert marked(library.language.highlighter, record, "章伟民") == {}


def test_a_term_bound_to_a_field_is_marked_there_only(library: Library) -> None:
    record = {"name": "长春药店", "notes": "长春"}

    found = library.language.highlighter.highlight(record, [("长春", "notes")], loose=False)

    assert list(found) == ["notes"]


def test_a_long_text_is_cut_around_the_first_match(library: Library) -> None:
    text = "前" * 200 + "逾期" + "后" * 200

    highlighter = library.language.highlighter
    found = highlighter.highlight({"notes": text}, [("逾期", None)], loose=False)
    (snippet,) = found["notes"]

    assert len(snippet.text) < 100
    assert [snippet.text[start:end] for start, end in snippet.spans] == ["逾期"]
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")


def test_sensitive_fields_are_never_highlighted(library: Library) -> None:
    record = {"name": "甲", "phones": ["138****5678"]}

    assert marked(library.language.highlighter, record, "5678", "138", loose=True) == {}
