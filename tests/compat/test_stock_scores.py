"""Whoosh's BM25F over one segment scores as our engine does, but for the idf.

Whoosh's idf is ``ln(n / (df + 1)) + 1``; ours is ``ln(1 + (n - df + 0.5) / (df + 0.5))``. Whoosh
counts deleted documents in ``n``, ``df`` and the average length, ours those inside the scope alone.
A phrase scores as the sum of its tokens in Whoosh, as one rarer token in ours; a key always scores
1 in Whoosh. So what must agree are terms, and sums of them, over a segment without deletions.
"""

import math
import random
from pathlib import Path
from typing import Any

import pytest
from whoosh import query, scoring

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import AllOf, AnyOf, Node, Plan, TermNode
from archsearch.engines.base import ID
from tests.compat.opening import made, stock_index
from tests.generate_plans import IDS, LETTERS, SECRECIES, TEXT_FIELDS, make_document

ALL = Scope(frozenset(SECRECIES), everything=True)


class OurIdf(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's scoring with our idf."""

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        parent = searcher.get_parent()
        n, df = parent.doc_count(), parent.doc_frequency(fieldname, text)
        return math.log(1 + (n - df + 0.5) / (df + 0.5))


def node(rng: random.Random, depth: int) -> Node:
    if depth == 0 or rng.random() < 0.2:
        return TermNode(
            rng.choice(TEXT_FIELDS), rng.choice(LETTERS[:3]), rng.choice((1.0, 0.3, 2.5))
        )
    kind = rng.choice((AllOf, AnyOf))
    return kind(tuple(node(rng, depth - 1) for _ in range(rng.randint(1, 3))))


def translated(one: Node) -> Any:
    match one:
        case TermNode():
            return query.Term(one.field, one.token, boost=one.weight)
        case AllOf():
            return query.And([translated(child) for child in one.children])
        case AnyOf():
            return query.Or([translated(child) for child in one.children])
    raise AssertionError(one)


def scores(searcher: Any, asked: Any) -> dict[str, float]:
    return {hit[ID]: hit.score for hit in searcher.search(asked, limit=None)}


@pytest.mark.parametrize("seed", range(10))
def test_scores_are_ours_with_our_idf(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    engine = made(tmp_path)
    engine.rebuild([make_document(rng, name, 1) for name in IDS])

    with stock_index(tmp_path).searcher(weighting=OurIdf()) as searcher:
        answered = 0
        for _ in range(40):
            one = node(rng, rng.randint(0, 2))
            plan = Plan(one, limit=1000)
            ours = {hit.record_id: hit.score for hit in engine.search(restrict(plan, ALL)).hits}
            answered += bool(ours)
            # Summed in another order, and by a tree.
            assert scores(searcher, translated(one)) == pytest.approx(ours, rel=1e-12)
        assert answered > 30


@pytest.mark.parametrize("token", LETTERS[:3])
def test_stock_scores_differ_from_ours_by_the_idf_alone(tmp_path: Path, token: str) -> None:
    rng = random.Random(1)
    engine = made(tmp_path)
    engine.rebuild([make_document(rng, name, 1) for name in IDS])
    plan = Plan(TermNode("notes", token), limit=1000)
    ours = {hit.record_id: hit.score for hit in engine.search(restrict(plan, ALL)).hits}
    n, df = len(IDS), len(ours)
    factor = (math.log(n / (df + 1)) + 1) / math.log(1 + (n - df + 0.5) / (df + 0.5))

    with stock_index(tmp_path).searcher() as searcher:
        stock = scores(searcher, query.Term("notes", token))

    assert stock == pytest.approx({name: score * factor for name, score in ours.items()}, rel=1e-12)
