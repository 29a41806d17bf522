from collections.abc import Mapping

import pytest

from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.rows import Row
from tests.unit.ingest.drafting import REGIONS, ROW, SCHEMA, VOCABULARIES, make_normaliser


@pytest.fixture(scope="session")
def schema() -> Schema:
    return SCHEMA


@pytest.fixture(scope="session")
def vocabularies() -> Mapping[str, Vocabulary]:
    return VOCABULARIES


@pytest.fixture(scope="session")
def regions() -> RegionTree:
    return REGIONS


@pytest.fixture(scope="session")
def normaliser() -> Normaliser:
    return make_normaliser()


@pytest.fixture(scope="session")
def row() -> Row:
    return ROW
