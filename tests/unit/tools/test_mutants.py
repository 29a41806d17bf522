"""The changes that a mutation run tries."""

import ast
import tomllib
from pathlib import Path

import pytest

from tools.mutants.mutations import mutated, mutations_of

ROOT = Path(__file__).parents[3]


def changed(source: str) -> set[str]:
    """Give every changed form of a source."""
    return {ast.unparse(mutated(source, one)) for one in mutations_of(source)}


@pytest.mark.parametrize(
    ("source", "forms"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a is not b", {"x = a is b"}),
        ("x = a and b", {"x = a or b", "x = a", "x = b"}),
        ("x = not a", {"x = a"}),
        ("x = a + 1", {"x = a - 1", "x = a + 2"}),
        ("x = 'a'", {"x = 'aXX'"}),
        ("x = f'a{b}'", {"x = f'aXX{b}'"}),
        ("x = True", {"x = False"}),
        ("f(a, b)", {"f(b, a)", "pass"}),
        ("x = f(a=b)", {"x = f()"}),
        ("x = any(a)", {"x = all(a)"}),
        ("x = sorted(a)", {"x = list(a)"}),
        ("x = min(a, b)", {"x = max(a, b)"}),
        ("x = [a for a in b if c]", {f"x = [a for a in b if {d}]" for d in ("not c", "True")}),
        ("def f(a=1):\n    b = a", {"def f(a=2):\n    b = a"}),
        ("def f():\n    return a", {"def f():\n    return None"}),
        ("def f():\n    raise a", {"def f():\n    pass"}),
        ("while a:\n    break", {"while not a:\n    break", "while a:\n    continue"}),
        ("if a:\n    b += c", {"if not a:\n    b += c", "if a:\n    b -= c", "if a:\n    pass"}),
        ("a.b = c", {"pass"}),
        (
            "@dataclass(frozen=True, slots=True)\nclass A:\n    b: int",
            {"@dataclass(frozen=False, slots=True)\nclass A:\n    b: int"},
        ),
    ],
)
def test_each_kind_of_slip_is_tried(source: str, forms: set[str]) -> None:
    assert changed(source) == forms


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "def f():\n    'A docstring.'",
        "x: Literal['a']",
        "__slots__ = ('a',)",
        "import a",
        "x = '请重试。'",
        "x = f'请重试 {a}'",
        "x = AError('a', 1)",
        "return_nothing = None",
    ],
)
def test_what_only_people_read_is_left_alone(source: str) -> None:
    assert changed(source) == set()


def test_changes_are_told_from_each_other_by_their_names() -> None:
    source = "class A:\n    def f(self):\n        return g(1) + g(1)\n"
    found = mutations_of(source)

    assert len({one.name for one in found}) == len(found)
    assert "A.f: 1 -> 2 #2" in {one.name for one in found}
    assert mutations_of("\n# further down\n" + source)[0].name == found[0].name
    assert all(one.inside for one in found)
    inside = {one.name: one.inside for one in mutations_of("def f(a=1):\n    g(a)")}
    assert inside == {"f: 1 -> 2": False, "f: g(a) -> pass": True}


def test_the_tables_name_what_there_is() -> None:
    folder = ROOT / "tools" / "mutants"
    table = tomllib.loads((folder / "table.toml").read_text())
    files = {file: tests for group in table.values() for file, tests in group.items()}
    equivalent = tomllib.loads((folder / "equivalent.toml").read_text())

    for path in [*files, *(test for tests in files.values() for test in tests)]:
        assert (ROOT / path).is_file(), path
    assert equivalent.keys() <= files.keys()
    for file, reasons in equivalent.items():
        names = {one.name for one in mutations_of((ROOT / file).read_text())}
        assert reasons.keys() <= names
        assert all(reasons.values())
