"""The vocabularies file: terms in order, each with its synonyms."""

from collections.abc import Mapping

from archsearch.domain.record import Status
from archsearch.domain.vocabulary import Vocabulary, fold
from archsearch.settings.binding import bind
from archsearch.settings.document import Setting, nearest
from archsearch.settings.model import VocabularyOptions

STATUS = "status"
SECRECY = "secrecy"


def make_vocabularies(top: Setting) -> dict[str, Vocabulary]:
    """Make every vocabulary of the file."""
    found = {name: _vocabulary(name, member) for name, member in top.mapping().items()}
    for name in (STATUS, SECRECY):
        if name not in found:
            raise top.wrong(f"缺少词表 {name}。")
    # No row may say of itself that it was deleted.
    needed = [status.value for status in Status if status is not Status.DELETED]
    missing = [label for label in needed if label not in found[STATUS].terms]
    if missing:
        raise top.mapping()[STATUS].wrong(f"缺少 {'、'.join(missing)}，系统要用到。")
    return found


def _vocabulary(name: str, setting: Setting) -> Vocabulary:
    options = bind(setting, VocabularyOptions)
    terms = setting.mapping()["terms"].mapping()
    seen: dict[str, str] = {}
    for term, synonyms in terms.items():
        for wording in (term, *(item.text() for item in synonyms.items())):
            if seen.setdefault(fold(wording), term) != term:
                raise synonyms.wrong(
                    f"{wording} 已属于 {seen[fold(wording)]}，一个词只能有一个意思。"
                )
    if not terms:
        raise setting.wrong("词表不能是空的。")
    synonyms_of = {
        wording: term for term, wordings in options.terms.items() for wording in wordings
    }
    return Vocabulary(name, tuple(options.terms), synonyms_of, options.open)


def check_term(setting: Setting, vocabulary: Vocabulary) -> None:
    """Refuse a configured value that is not a term of its vocabulary."""
    term = setting.text()
    if term not in vocabulary.terms:
        raise setting.wrong(
            f"词表 {vocabulary.name} 中没有 {term}。{nearest(term, vocabulary.terms)}"
        )


def known(vocabularies: Mapping[str, Vocabulary], name: Setting) -> Vocabulary:
    """Find a vocabulary that a setting names."""
    found = vocabularies.get(name.text())
    if found is None:
        raise name.wrong(f"没有词表 {name.text()}。{nearest(name.text(), tuple(vocabularies))}")
    return found
