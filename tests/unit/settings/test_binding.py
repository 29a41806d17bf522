from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from archsearch.errors import SettingsError
from archsearch.settings.binding import between, bind, one_of
from archsearch.settings.document import parse


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Inner:
    flag: bool = False


@dataclass(frozen=True)
class Sample:
    count: int = field(metadata=between(1, 10))
    code: str
    share: float = field(default=0.5, metadata=between(0, 1))
    mode: str = field(default="a", metadata=one_of("a", "b"))
    colour: Colour = Colour.RED
    words: tuple[str, ...] = ()
    inner: Inner = Inner()
    by_name: Mapping[str, str] = field(default_factory=dict)
    by_colour: Mapping[Colour, Inner] = field(default_factory=dict)
    maybe: str | None = None


def test_values_become_what_the_dataclass_says() -> None:
    text = """
count: 3
code: 001
share: .25
mode: b
colour: green
words: [x, 'y']
inner: {flag: true}
by_name: {甲: '1'}
by_colour: {red: {flag: true}}
maybe: z
""".replace(" .25", " 0.25")

    assert bind(parse(text, "f"), Sample) == Sample(
        3, "001", 0.25, "b", Colour.GREEN, ("x", "y"), Inner(True), {"甲": "1"},
        {Colour.RED: Inner(True)}, "z",
    )  # fmt: skip


def test_what_is_left_out_or_empty_takes_its_default() -> None:
    assert bind(parse("count: 3\ncode: x\ninner:\nwords:\n", "f"), Sample) == Sample(3, "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count: 3\ncode: x\nwrods: []\n", "f 第 3 行，wrods：没有这个键。是不是 words？"),
        ("count: 3\n", "f 第 1 行：缺少 code。"),
        ("count: three\ncode: x\n", "f 第 1 行，count：这里应是整数。"),
        ("count: '3'\ncode: x\n", "f 第 1 行，count：这里应是整数。"),
        ("count: 1.5\ncode: x\n", "f 第 1 行，count：这里应是整数。"),
        ("count: 11\ncode: x\n", "f 第 1 行，count：应在 1 到 10 之间。"),
        ("count: 9999999999999999999\ncode: x\n", "f 第 1 行，count：这里应是整数。"),
        ("count: 3\ncode: [x]\n", "f 第 2 行，code：这里应是文字。"),
        ("count: 3\ncode: ''\n", "f 第 2 行，code：这里应是文字。"),
        ("count: 3\ncode: x\nshare: nan\n", "f 第 3 行，share：这里应是数字。"),
        ("count: 3\ncode: x\nshare: 2\n", "f 第 3 行，share：应在 0 到 1 之间。"),
        ("count: 3\ncode: x\nmode: c\n", "f 第 3 行，mode：没有 c 这个值。可用：a、b。"),
        (
            "count: 3\ncode: x\ncolour: gren\n",
            "f 第 3 行，colour：没有 gren 这个值。是不是 green？",
        ),
        ("count: 3\ncode: x\nwords: y\n", "f 第 3 行，words：这里应是列表，如 [甲, 乙]。"),
        ("count: 3\ncode: x\ninner: 1\n", "f 第 3 行，inner：这里应是若干“键: 值”。"),
        (
            "count: 3\ncode: x\ninner:\n  flag: yes\n",
            "f 第 4 行，inner.flag：这里应是 true 或 false。",
        ),
        (
            "count: 3\ncode: x\nby_colour: {blue: {}}\n",
            "f 第 3 行，by_colour.blue：没有 blue 这个值。可用：green、red。",
        ),
        ("- 1\n", "f 第 1 行：这里应是若干“键: 值”。"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_would_be_right(
    text: str, message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        bind(parse(text, "f"), Sample)

    assert str(error.value) == message
