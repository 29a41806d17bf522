"""Names in sentences: none is lost, and none is found where it is not."""

from tests.offices import Office
from tests.relevance.sentences import FORMS, Sentence, Texts, asked, decoys, fed, plain, sentences


def test_every_sentence_holds_its_name() -> None:
    written = sentences(300)
    texts = Texts({str(place): each.text for place, each in enumerate(written)})

    lost = [p for p, each in enumerate(written) if str(p) not in texts.holding(each.name)]

    assert lost == []


def test_a_name_is_not_held_by_a_text_that_tears_it() -> None:
    texts = Texts(
        {"1": "张。伟", "2": "北京华夏科技", "3": "TABC公司", "4": "与黄强国有", "5": "13M厂"}
    )

    held = {
        name: texts.holding(name)
        for name in ("张伟", "华夏（北京）科技", "ABC公司", "黄强", "3M厂")
    }

    assert {name for name, ids in held.items() if ids} == {"黄强"}


def test_a_text_is_compared_in_one_form() -> None:
    assert plain("ＡＢ（北京）張 三·Ⅱ。") == "ab北京张三ii\n"


def test_names_among_awkward_neighbours_are_found_where_they_are_and_nowhere_else(
    office: Office,
) -> None:
    written = sentences(400)
    texts = fed(office.archive, [*written, *decoys(written)])
    names = [each.name for each in written]

    missed = [each for form in FORMS.values() for each in asked(office.archive, texts, names, form)]

    assert missed == []


def test_a_search_that_finds_nothing_is_told_of(office: Office) -> None:
    texts = fed(office.archive, [Sentence("与张伟国", "张伟国")])
    office.archive.search("张伟国", user="admin")

    missed = asked(office.archive, texts, ["张伟国"], "{}~ -张伟国")

    assert [each.missing for each in missed] == [{"S000000"}]


def test_no_word_goes_over_the_end_of_a_line(office: Office) -> None:
    texts = fed(
        office.archive, [Sentence("转杨明\n杰处理", "杨明杰"), Sentence("转杨明 杰处理", "杨明杰")]
    )

    assert asked(office.archive, texts, ["杨明杰"], "{}") == []
