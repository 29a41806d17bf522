from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.analysis.segmenter import ChineseSegmenter, ReferenceSegmenter

GOLDEN = Path(__file__).parent / "golden_segments.tsv"
DICTIONARY = Path(__file__).parents[3] / "config" / "user_dictionary.txt"


@pytest.fixture(scope="module")
def fast() -> ChineseSegmenter:
    return ChineseSegmenter(DICTIONARY)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceSegmenter:
    return ReferenceSegmenter(DICTIONARY, tmp_path_factory.mktemp("jieba"))


def golden() -> list[tuple[str, list[str]]]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(text, segments.split("/")) for text, segments in rows]


@pytest.mark.parametrize(("text", "segments"), golden())
def test_golden_texts_are_cut_as_recorded(
    fast: ChineseSegmenter, text: str, segments: list[str]
) -> None:
    assert fast.cut(text) == segments


@pytest.mark.parametrize(("text", "segments"), golden())
def test_the_fast_segmenter_equals_jieba_on_golden_texts(
    fast: ChineseSegmenter, reference: ReferenceSegmenter, text: str, segments: list[str]
) -> None:
    assert fast.cut(text) == reference.cut(text) == segments


def test_the_fast_segmenter_knows_every_word_of_the_user_dictionary(
    fast: ChineseSegmenter, reference: ReferenceSegmenter
) -> None:
    words = [line.split()[0] for line in DICTIONARY.read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.startswith("#")]  # fmt: skip

    assert words
    for word in words:
        assert fast.cut(f"与{word}有关") == reference.cut(f"与{word}有关")


@given(st.text(st.sampled_from("张伟明国有企业贷款逾期银行行长的与，。 ab1-䶮𠮷"), max_size=40))
def test_segments_join_to_the_text(text: str) -> None:
    assert "".join(ChineseSegmenter().cut(text)) == text


@given(st.text(st.sampled_from("张伟明国有企业贷款逾期银行行长的与，。 ab1-䶮𠮷"), max_size=40))
def test_what_is_a_word_anywhere_is_one_by_itself(text: str) -> None:
    """The search relies on it: a query is looked up among the words without being cut."""
    segmenter = ChineseSegmenter()

    assert all(segmenter.cut(word) == [word] for word in segmenter.cut(text) if len(word) > 1)


def test_what_is_a_word_in_the_golden_texts_is_one_by_itself(fast: ChineseSegmenter) -> None:
    words = {word for text, _ in golden() for word in fast.cut(text) if len(word) > 1}

    assert len(words) > len(golden())
    assert [word for word in words if fast.cut(word) != [word]] == []
