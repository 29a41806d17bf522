import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.plan import PhraseNode
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, TextTokens
from archsearch.engines.whoosh import phrases
from archsearch.engines.whoosh.build import Builder
from archsearch.engines.whoosh.docsets import DocSet

TEXTS = st.lists(st.text("甲乙丙", min_size=1, max_size=9), min_size=1, max_size=30)
OFFSETS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁"), st.integers(0, 3)), min_size=1, max_size=4
)


def found(texts: list[str], tokens: list[tuple[str, int]], reachable: set[int]) -> dict[int, int]:
    builder = Builder()
    for number, text in enumerate(texts):
        pairs = tuple((char, place) for place, char in enumerate(text))
        notes = {"notes": TextTokens.of(pairs, len(text))}
        builder.add(Document(RecordId(f"{number:03d}"), 1, notes, {}))
    mask = np.array([number in reachable for number in range(len(texts))])
    within = DocSet(len(texts), mask=mask)
    field = builder.finish().texts["notes"]
    docs, counts = phrases.occurrences(field, PhraseNode("notes", tuple(tokens)), within)
    return dict(zip(docs.tolist(), counts.tolist(), strict=True))


@pytest.mark.parametrize("room", [0, 10**6], ids=["by search", "by bitmap"])
def test_starts_are_counted_in_documents_in_reach(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrases, "_ROOM", room)

    @given(TEXTS, OFFSETS, st.sets(st.integers(0, 29)))
    def check(texts: list[str], tokens: list[tuple[str, int]], reachable: set[int]) -> None:
        expected = {}
        for number, text in enumerate(texts):
            held = set(enumerate(text))
            starts = range(-3, 10)
            count = sum(all((start + o, t) in held for t, o in tokens) for start in starts)
            if count and number in reachable:
                expected[number] = count

        assert found(texts, tokens, reachable) == expected

    check()
