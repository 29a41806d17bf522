"""Eight users of all roles over one archive: each sees exactly what the written rules say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.record import Values
from archsearch.errors import AccessDeniedError, ArchsearchError, NotFoundError
from tests.integration.archive.corpus import (
    DEPARTMENTS,
    EVERYBODY,
    SURNAMES,
    Corpus,
    made_up,
    settle,
)
from tests.offices import Office, copied, drain_held_up

AMOUNT = 300
FACETS = (
    "department",
    "region",
    "tags",
    "value_tier",
    "secrecy",
    "owner",
    "nature",
    "credit.grade",
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return made_up(AMOUNT, seed=7)


@pytest.fixture(scope="module")
def held(
    template: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The archive of those tests that only look."""
    with Office(copied(template, tmp_path_factory.mktemp("scope") / "workspace")) as office:
        settle(office, corpus.rows, corpus)
        yield office


def ids(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {row["record_id"] for row in rows}


def test_the_users_differ_and_none_is_beside_the_point(corpus: Corpus) -> None:
    sizes = {user: len(corpus.visible(user)) for user in EVERYBODY}

    assert sizes["admin"] == AMOUNT
    assert sizes["eye"] == sizes["lost"] == 0
    assert all(5 < sizes[user] < AMOUNT / 2 for user in ("head", "east", "credit", "li", "wu"))


@pytest.mark.parametrize("user", EVERYBODY)
def test_search_finds_exactly_what_is_visible_on_all_pages(
    held: Office, corpus: Corpus, user: str
) -> None:
    found = held.listed(user, step=7)

    assert len(found) == len(set(found))
    assert set(found) == ids(corpus.visible(user))


@pytest.mark.parametrize("user", EVERYBODY)
def test_show_and_history_answer_exactly_for_what_is_visible(
    held: Office, corpus: Corpus, user: str
) -> None:
    visible = ids(corpus.visible(user))

    for ask in (held.archive.get, held.archive.history):
        shown, hidden = set(), set()
        for row in corpus.rows:
            try:
                ask(row["record_id"], user=user)
                shown.add(row["record_id"])
            except NotFoundError:
                hidden.add(row["record_id"])
        assert (shown, hidden) == (visible, ids(corpus.rows) - visible)


@pytest.mark.parametrize("user", EVERYBODY)
def test_a_hidden_record_answers_like_a_missing_one(
    held: Office, corpus: Corpus, user: str
) -> None:
    hidden = sorted(ids(corpus.rows) - ids(corpus.visible(user)))[:3]

    answers = set()
    for record_id in (*hidden, "R9999", "", "x" * 9999):
        for ask in (held.archive.get, held.archive.history):
            with pytest.raises(NotFoundError) as caught:
                ask(record_id, user=user)
            answers.add((type(caught.value), caught.value.code, str(caught.value)))
    assert len(answers) == 1


@pytest.fixture(scope="module")
def stored(held: Office, corpus: Corpus) -> dict[str, Values]:
    """What the archive has made of each row."""
    names = sorted(ids(corpus.rows))
    return {name: held.archive.get(name, user="admin").values for name in names}


def counted(shown: Values, facet: str) -> set[str]:
    """List what a record counts for."""
    group, _, member = facet.partition(".")
    value = shown.get(group)
    if member:
        value = value.get(member) if isinstance(value, dict) else None
    values = value if isinstance(value, list) else [] if value is None else [value]
    if facet in {"department", "region"}:
        steps = [str(path).split("/") for path in values]
        return {"/".join(path[:end]) for path in steps for end in range(1, len(path) + 1)}
    return {str(each) for each in values}


@pytest.mark.parametrize("user", EVERYBODY)
def test_facets_count_what_is_visible_and_agree_with_filters(
    held: Office, corpus: Corpus, stored: Mapping[str, Values], user: str
) -> None:
    page = held.archive.search(user=user, facets=FACETS, limit=0)

    for facet in FACETS:
        expected: Counter[str] = Counter()
        for row in corpus.visible(user):
            expected.update(counted(stored[row["record_id"]], facet))
        assert dict(page.facets[facet]) == expected
        assert list(page.facets[facet]) == sorted(
            expected.items(), key=lambda pair: (-pair[1], pair[0])
        )
        for value, number in page.facets[facet][:4]:
            filtered = held.archive.search(user=user, filters={facet: [value]}, limit=0)
            assert filtered.total == number


@pytest.mark.parametrize("user", EVERYBODY)
def test_suggestions_are_visible_names_and_all_of_them(
    held: Office, corpus: Corpus, user: str
) -> None:
    names = {row["record_id"]: row["name"] for row in corpus.visible(user)}

    for surname in SURNAMES:
        offered = held.archive.suggest(surname, user=user, limit=50)
        assert {each.text for each in offered} == {
            name for name in names.values() if name.startswith(surname)
        }
        assert all(names[each.record_id] == each.text for each in offered)


@pytest.mark.parametrize("user", EVERYBODY)
def test_screening_finds_visible_bearers_of_a_name_and_no_others(
    held: Office, corpus: Corpus, user: str
) -> None:
    visible = corpus.visible(user)
    names = sorted({row["name"] for row in corpus.rows})

    for name, hits in zip(names, held.archive.match(names, user=user, limit=50), strict=True):
        bearers = {row["record_id"] for row in visible if row["name"] == name}
        found = [hit.record_id for hit in hits]
        assert set(found) <= ids(visible)
        assert bearers <= set(found)


@pytest.mark.parametrize("user", EVERYBODY)
def test_words_and_wildcards_and_negations_stay_inside(
    held: Office, corpus: Corpus, user: str
) -> None:
    visible = ids(corpus.visible(user))
    queries = [
        "-没有这个词", "NOT (部门:华东分行)", "NOT NOT 部门:总行", "部门:* 或 档号:R*", "档号:R*",
        "建档人:*i*", "x) OR (部门:总行", "密级:机密", "逾期 或 -逾期", "张伟~", "部门:*行",
    ]  # fmt: skip

    for query in queries:
        for mode in ("exact", "auto", "fuzzy"):
            try:
                found = held.seen(user, query, mode=mode)
            except ArchsearchError:
                continue
            assert found <= visible
    everything = held.seen(user, "-没有这个词", mode="exact")
    assert everything == visible


# Rights that change ------------------------------------------------------------------------------


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Iterator[tuple[Office, Corpus]]:
    corpus = made_up(80, seed=11)
    with Office(copied(template, tmp_path / "small")) as office:
        settle(office, corpus.rows, corpus)
        yield office, corpus


def views(office: Office, user: str, record_id: str, name: str) -> dict[str, bool]:
    """Tell on which ways a user comes upon a record."""
    try:
        shown = office.archive.get(record_id, user=user).record_id == record_id
    except NotFoundError:
        shown = False
    page = office.archive.search(user=user, facets=["department"], limit=1000)
    offered = office.archive.suggest(name, user=user, limit=50)
    (matched,) = office.archive.match([name], user=user, limit=50)
    assert page.total == len(page.hits)
    departments = [hit.record.get("department") for hit in page.hits]
    at_home = sum(f"{path}/".startswith(f"{HOME}/") for path in departments)
    # Who may see a record goes by the store, what it is counted under by the index.
    assert user == "admin" or dict(page.facets["department"]).get(HOME, 0) == at_home
    return {
        "show": shown,
        "search": record_id in {hit.record_id for hit in page.hits},
        "query": record_id in office.seen(user, f"档号:{record_id}"),
        "suggest": record_id in {each.record_id for each in offered},
        "match": record_id in {hit.record_id for hit in matched},
    }


UNIQUE = "欧阳独一"
HOME = "华东分行/信贷部"


def test_a_grant_begins_and_ends_with_the_clock(small: tuple[Office, Corpus]) -> None:
    office, corpus = small
    start = office.clock.now
    for days in (0, 0.999, 1, 1.999, 2):
        office.clock.now = start + timedelta(days=days)
        for user in EVERYBODY:
            assert office.seen(user) == ids(corpus.visible(user, after=days))


def test_a_clock_that_is_set_back_brings_no_grant_back(small: tuple[Office, Corpus]) -> None:
    office, corpus = small
    office.clock.turn(days=2)
    ended = {user: office.seen(user) for user in EVERYBODY}
    office.clock.turn(days=-2)

    assert {user: office.seen(user) for user in EVERYBODY} == ended
    assert any(ended[user] != ids(corpus.visible(user)) for user in EVERYBODY)


def test_a_user_moved_to_another_department_sees_it_at_the_next_query(
    small: tuple[Office, Corpus],
) -> None:
    office, corpus = small
    for place in DEPARTMENTS:
        office.application.users.move("east", [place], "admin")
        expected = {
            row["record_id"]
            for row in corpus.rows
            if f"{row['department']}/".startswith(f"{place}/")
            and row["secrecy"] in {"公开", "内部"}
        }
        leave = {record for record, user, start, _ in corpus.grants if (user, start) == ("east", 0)}
        low = {row["record_id"] for row in corpus.rows if row["secrecy"] in {"公开", "内部"}}
        assert office.seen("east") == expected | (leave & low)


def test_a_disabled_user_is_refused_everywhere_at_once(small: tuple[Office, Corpus]) -> None:
    office, _ = small
    assert office.seen("li")
    office.application.users.disable("li", "admin", disabled=True)

    archive = office.archive
    for ask in (
        lambda: archive.search(user="li"),
        lambda: archive.suggest("张", user="li"),
        lambda: archive.match(["张伟"], user="li"),
        lambda: archive.get("R0001", user="li"),
        lambda: archive.history("R0001", user="li"),
        lambda: archive.ingest({"name": "甲"}, user="li"),
    ):
        with pytest.raises(AccessDeniedError):
            ask()


@pytest.mark.parametrize(
    "change",
    [{"department": "华北分行"}, {"secrecy": "机密"}, {"department": "华东分行二部"}],
    ids=lambda change: "-".join(change.values()),
)
def test_a_record_moved_away_is_gone_before_the_index_hears_of_it(
    small: tuple[Office, Corpus], change: dict[str, str]
) -> None:
    office, _ = small
    row = {"record_id": "N1", "name": UNIQUE, "department": HOME, "owner": "left"}
    office.feed(row)
    assert all(views(office, "credit", "N1", UNIQUE).values())
    assert all(views(office, "east", "N1", UNIQUE).values())

    with drain_held_up(office):
        report = office.feed({**row, **change})
        assert (report.updated, report.indexed) == (1, False)

        assert not any(views(office, "credit", "N1", UNIQUE).values())
        assert not any(views(office, "east", "N1", UNIQUE).values())
        assert views(office, "admin", "N1", UNIQUE)["search"]

    office.application.index.drain()
    assert not any(views(office, "east", "N1", UNIQUE).values())
    assert all(views(office, "admin", "N1", UNIQUE).values())


def test_a_record_taken_from_its_owner_is_gone_at_once(small: tuple[Office, Corpus]) -> None:
    office, _ = small
    row = {"record_id": "N1", "name": UNIQUE, "department": HOME, "owner": "li"}
    office.feed(row)
    assert all(views(office, "li", "N1", UNIQUE).values())

    with drain_held_up(office):
        office.feed({**row, "owner": "left"})
        assert not any(views(office, "li", "N1", UNIQUE).values())


def test_versions_more_secret_than_the_clearance_stay_out_of_the_history(
    small: tuple[Office, Corpus],
) -> None:
    office, _ = small
    row = {"record_id": "N1", "name": UNIQUE, "department": "华东分行"}
    office.feed({**row, "secrecy": "机密", "notes": "线人姓名"})
    office.feed({**row, "secrecy": "内部", "notes": "已公开"})

    seen = [
        [version.version for version in office.archive.history("N1", user=user)]
        for user in ("admin", "east")
    ]
    assert seen == [[1, 2], [2]]
    assert "线人" not in str(office.archive.history("N1", user="east"))


def test_names_are_only_as_secret_as_their_records(small: tuple[Office, Corpus]) -> None:
    """The suggestion after a search without hits comes from inside the scope too."""
    office, _ = small
    office.feed(
        {"record_id": "N1", "name": "慕容雪村", "department": "华北分行", "secrecy": "机密"}
    )
    wrong = "慕容血村"

    assert office.archive.search(wrong, user="admin").suggestion == "慕容雪村"
    for user in ("east", "li", "wu", "eye", "lost"):
        page = office.archive.search(wrong, user=user)
        assert (page.suggestion, page.total) == (None, 0)
