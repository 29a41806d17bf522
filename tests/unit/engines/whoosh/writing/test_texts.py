"""Texts of units and the same tokens listed one by one are the same to an index."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from archsearch.analysis.units import marked
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, TextTokens, UnitTokens
from archsearch.engines.fields import unit_tokens
from archsearch.engines.whoosh.writing.build import Builder
from tests.unit.engines.whoosh.writing.test_merge import saved

TEXTS = st.text(st.sampled_from("张伟明〇𠮷ab12。 \ud800"), max_size=12)
UNITS = st.lists(TEXTS, min_size=1, max_size=3).map(
    lambda texts: unit_tokens([*map(marked, texts)])
)


def listed(tokens: UnitTokens) -> TextTokens:
    """List the tokens that a text of units stands for."""
    return TextTokens.of(tokens, tokens.length)


def built(
    texts: Sequence[tuple[str, TextTokens | UnitTokens]], discarded: Sequence[str] = ()
) -> bytes:
    builder = Builder()
    for name, text in texts:
        builder.add(Document(RecordId(name), 1, {"notes": text}, {}))
    for name in discarded:
        builder.discard(RecordId(name))
    return saved(builder.finish())


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("甲乙丙丁"), UNITS, st.booleans())))
def test_units_and_listed_tokens_give_the_same_bytes(
    texts: list[tuple[str, UnitTokens, bool]],
) -> None:
    """Also where both are in one field, and where a record comes again."""
    mixed = [(name, listed(text) if plain else text) for name, text, plain in texts]

    assert built(mixed, "丁") == built([(name, listed(text)) for name, text, _ in texts], "丁")


def test_what_was_replaced_or_discarded_leaves_nothing_behind() -> None:
    tokens = {text: unit_tokens([marked(text)]) for text in ("张伟a1", "李明", "王芳b")}
    texts = [("甲", tokens["张伟a1"]), ("甲", tokens["李明"]), ("乙", tokens["王芳b"])]

    assert built(texts, "乙") == built([("甲", tokens["李明"])])
