"""What is asked comes back from the log as it was, and the log shows no number of a person."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.query import Mode, SearchRequest
from archsearch.errors import StoreError
from archsearch.services.asking import Asked
from archsearch.services.questions import Questions, Typing
from archsearch.storage.encoding import canonical_json, read_object
from tests.offices import NOON, Office

NUMBER = "110105194912310026"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = TEXTS | st.lists(TEXTS, max_size=3)
FILTERS = st.dictionaries(
    st.sampled_from(("phones", "tags", "region", "id_number", "notes")),
    VALUES | st.dictionaries(st.sampled_from(("any", "none", "from")), VALUES, max_size=2),
    max_size=3,
)
REQUESTS = st.builds(
    SearchRequest,
    text=TEXTS | st.just(f"张伟 {NUMBER}"),
    mode=st.sampled_from(Mode),
    filters=FILTERS,
    sort=st.sampled_from(("relevance", "name", "-created_at")),
    limit=st.integers(0, 100),
    offset=st.integers(0, 100),
)


@pytest.fixture
def questions(office: Office) -> Questions:
    return office.application._questions


def kept(detail: object) -> dict[str, Any]:
    return read_object(canonical_json(detail))


def test_every_search_is_read_back_as_it_was_asked(questions: Questions) -> None:
    @given(request=REQUESTS)
    def law(request: SearchRequest) -> None:
        detail = kept(questions.search(request, Asked(NOON, 7, behind=False)))

        assert questions.read_search(detail) == request
        assert detail["as_of"] == 7
        assert "behind" not in detail

    law()


def test_what_is_asked_for_by_number_is_in_the_log_only_sealed(questions: Questions) -> None:
    request = SearchRequest(f"张伟 {NUMBER}", filters={"phones": "13800010001", "notes": NUMBER})

    detail = kept(questions.search(request, None))
    typed = kept(questions.suggest(Typing(NUMBER, 8), None))

    assert not any(text in canonical_json([detail, typed]) for text in (NUMBER, "13800010001"))
    assert questions.read_search(detail) == request
    assert questions.read_suggest(typed) == Typing(NUMBER, 8)


def test_what_is_not_masked_is_not_sealed_either(questions: Questions) -> None:
    request = SearchRequest("张伟", filters={"tags": ["授信"], "region": {"none": ["华东"]}})

    detail = kept(questions.search(request, Asked(NOON, 7, behind=True)))

    assert "sealed" not in detail
    assert detail["behind"] is True
    assert detail["filters"] == {"tags": ["授信"], "region": {"none": ["华东"]}}


def test_a_seal_that_was_altered_does_not_open(questions: Questions) -> None:
    detail = kept(questions.search(SearchRequest(NUMBER), None))
    sealed = str(detail["sealed"])
    detail["sealed"] = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]

    for altered in (detail, {**detail, "sealed": "€"}, {**detail, "sealed": "AAAA"}):
        with pytest.raises(StoreError, match="无法解密"):
            questions.read_search(altered)
