"""Ways through an expression."""

from collections.abc import Iterator

from archsearch.domain.query import (
    Both,
    Either,
    Expression,
    InField,
    Pattern,
    Quoted,
    Without,
    Word,
)
from archsearch.domain.schema import FieldSpec, Schema


def positive_texts(expression: Expression) -> Iterator[tuple[str, str | None]]:
    """Yield (text, schema key or None) of every word and phrase that a hit is expected to hold."""
    yield from _positive(expression, None)


def _positive(expression: Expression, field: str | None) -> Iterator[tuple[str, str | None]]:
    match expression:
        case Word(text) | Quoted(text):
            yield text, field
        case Pattern(text):
            yield from ((part, field) for part in text.replace("?", "*").split("*") if part)
        case InField(key, child, _):
            yield from _positive(child, key)
        case Both(children) | Either(children):
            for child in children:
                yield from _positive(child, field)
        case _:
            return


def words_of(
    schema: Schema, expression: Expression, spec: FieldSpec | None
) -> Iterator[tuple[Word, FieldSpec | None]]:
    """Yield every word that is looked for, with the field that it is looked for in."""
    match expression:
        case Word():
            yield expression, spec
        case InField(key, child, _):
            yield from words_of(schema, child, schema.by_key[key])
        case Both(children) | Either(children):
            for child in children:
                yield from words_of(schema, child, spec)
        case _:
            return


def bare_words(expression: Expression) -> tuple[list[Word], list[Expression]]:
    """Tell the words that stand by themselves from all else that must match."""
    children = expression.children if isinstance(expression, Both) else (expression,)
    words = [child for child in children if isinstance(child, Word)]
    return words, [child for child in children if not isinstance(child, Word)]


def leaves_of(expression: Expression) -> Iterator[Expression]:
    """Yield every word, phrase, pattern and range, excluded ones too."""
    match expression:
        case InField(_, child, _) | Without(child):
            yield from leaves_of(child)
        case Both(children) | Either(children):
            for child in children:
                yield from leaves_of(child)
        case _:
            yield expression
