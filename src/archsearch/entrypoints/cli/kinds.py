"""Kinds of parameters, each with its complaint in Chinese."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from click.shell_completion import CompletionItem

from archsearch.entrypoints.cli.text import safe

if TYPE_CHECKING:
    Kind: TypeAlias = click.ParamType[Any]
else:
    # Earlier versions of click have no generic one.
    Kind = click.ParamType

WORD_MARK: Final = "\ue000"
"""Put before a query word such as ``-逾期`` while click looks for options."""

_SURROGATE: Final = re.compile("[\ud800-\udfff\0]")


class Text(Kind):
    """Text; refuses bytes that are no characters."""

    def __init__(self, name: str = "文字") -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a text."""
        text = _unmarked(value)
        if _SURROGATE.search(text):
            self.fail("含有不是 UTF-8 的字节；请检查终端的编码设置。", param, ctx)
        return text


class UserName(Text):
    """The name of a user; an empty one, as of a variable never set, is a mistake."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a name."""
        text = super().convert(value, param, ctx)
        if not text.strip():
            self.fail("用户名是空的；请写出用户名。", param, ctx)
        return text


class Location(Kind):
    """A file or folder, whatever bytes are in its name."""

    name = "路径"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> Path:
        """Make a path."""
        return value if isinstance(value, Path) else Path(_unmarked(value))

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Let the shell complete file names."""
        return [CompletionItem(incomplete, type="file")]


class Number(Kind):
    """A whole number from 0 or another least value."""

    name = "数字"

    def __init__(self, least: int = 0) -> None:
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number."""
        text = _unmarked(value)
        if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < self._least:
            self.fail(f"“{safe(text)}”须是不小于 {self._least} 的整数。", param, ctx)
        return int(text)


class OneOf(Kind):
    """One of a few words, each with its meaning."""

    name = "选项"

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self.meanings = meanings
        self.name = "|".join(meanings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Find the word; its Chinese meaning is taken too."""
        text = _unmarked(value)
        known = {meaning: word for word, meaning in self.meanings.items()}
        word = known.get(text, text.casefold())
        if word not in self.meanings:
            offered = "、".join(f"{word}（{meaning}）" for word, meaning in self.meanings.items())
            self.fail(f"没有“{safe(text)}”；可选：{offered}。", param, ctx)
        return word

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the words."""
        return [
            CompletionItem(word, help=meaning)
            for word, meaning in self.meanings.items()
            if word.startswith(incomplete)
        ]


def _unmarked(value: Any) -> str:
    return str(value).removeprefix(WORD_MARK)


TEXT: Final = Text()
USER_NAME: Final = UserName("用户")
LOCATION: Final = Location()
