from pathlib import Path

import pytest

from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    Channel,
    KeyNode,
    Labelled,
    Node,
    NotNode,
    PhraseNode,
    Plan,
    PrefixNode,
    TermNode,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, TextTokens
from archsearch.engines.whoosh.asking.pruning import pruned
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.snapshot import Snapshot

THERE = TermNode("name", "甲")
KEY = KeyNode("owner", frozenset({"li.na"}))
IDENTITY = KeyNode(ID, frozenset({"R1"}))
NOWHERE: tuple[Node, ...] = (
    TermNode("notes", "甲"),
    PhraseNode("notes", (("甲", 0),)),
    KeyNode("tags", frozenset({"甲"})),
    PrefixNode("tags", "甲"),
)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    engine = WhooshEngine(tmp_path, key=b"key", fingerprint={})
    texts = {"name": TextTokens(("甲",), (0,), 1)}
    keys = {ID: ("R1",), "owner": ("li.na",)}
    engine.rebuild([Document(RecordId("R1"), 1, texts, keys)])
    return engine._reader.snapshot()


@pytest.mark.parametrize("join", [AnyOf, BestOf, lambda children: AtLeast(2, children)])
def test_alternatives_over_fields_that_no_document_has_are_left_out(
    join: type[AnyOf], snapshot: Snapshot
) -> None:
    plan = pruned(Plan(join((THERE, *NOWHERE, KEY, IDENTITY))), snapshot)

    assert plan.node == join((THERE, KEY, IDENTITY))


def test_what_must_match_stays_though_it_cannot(snapshot: Snapshot) -> None:
    node = AllOf((THERE, *NOWHERE, NotNode(NOWHERE[0])))

    assert pruned(Plan(node), snapshot).node is node


def test_alternatives_are_pruned_wherever_they_stand(snapshot: Snapshot) -> None:
    inner = AnyOf((NOWHERE[0], THERE))
    node = AllOf((Labelled(Channel.EXACT, inner), NotNode(inner)))

    left = AnyOf((THERE,))
    assert pruned(Plan(node), snapshot).node == AllOf(
        (Labelled(Channel.EXACT, left), NotNode(left))
    )


def test_what_stands_twice_in_a_plan_is_one_node_still(snapshot: Snapshot) -> None:
    exact = AnyOf((NOWHERE[0], THERE))

    plan = pruned(Plan(AnyOf((exact, KEY)), first=exact, limit=3), snapshot)

    assert isinstance(plan.node, AnyOf)
    assert plan.node.children[0] is plan.first
    assert plan.limit == 3
