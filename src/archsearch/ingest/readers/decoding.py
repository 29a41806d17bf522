"""From bytes to text: byte order mark, else strict UTF-8, else GB18030 (as Chinese Excel writes).

The decision falls as soon as the bytes allow it, so that files of any size stream. A GB18030 file
hardly ever holds a run of valid three-byte UTF-8, and UTF-8 often passes for GB18030 nonsense;
so a few Han characters in valid UTF-8 settle the matter, and a file that mixes both is refused
rather than garbled.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import chain

from archsearch.ingest.readers.faults import RefusalError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENOUGH_HAN = re.compile("(?:[^\u2e80-\u9fff\uff00-\uffef]*[\u2e80-\u9fff\uff00-\uffef]){4}")
_LOOK_AHEAD = 8 << 20
_ADVICE = "请在 Excel 或记事本中另存为 UTF-8 后再试。"


def decode(chunks: Iterator[bytes]) -> Iterator[str]:
    """Decode a file given in pieces.

    Raises:
        RefusalError: The bytes are neither UTF-8 nor GB18030, or a mixture; the offset is named.
    """
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(codecs.BOM_UTF8):
            break
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            rest = chain([start[len(mark) :]], chunks)
            yield from _decode_as(encoding, rest, len(mark))
            return
    if b"\0" in start:
        raise RefusalError("unreadable", "这不是文本文件；如果是 Excel 文件，扩展名应为 .xlsx。")
    yield from _decode_unmarked(chain([start], chunks))


def _decode_unmarked(chunks: Iterator[bytes]) -> Iterator[str]:
    offset = 0
    ahead = b""
    for chunk in chunks:
        if not ahead and chunk.isascii():
            offset += len(chunk)
            yield chunk.decode("ascii")
            continue
        ahead += chunk
        settled = _judge(ahead, offset)
        if settled is None and len(ahead) < _LOOK_AHEAD:
            continue
        yield from _decode_as(settled or "utf-8", chain([ahead], chunks), offset)
        return
    if ahead:
        yield from _decode_as("utf-8", iter([ahead]), offset)


def _judge(data: bytes, offset: int) -> str | None:
    """Name the encoding that the bytes prove, or None when more are needed."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError as exc:
        if _has_han(data[: exc.start].decode("utf-8")):
            raise _broken(offset + exc.start) from exc
        return "gb18030"
    return "utf-8" if _has_han(text) else None


def _has_han(text: str) -> bool:
    return _ENOUGH_HAN.match(text) is not None


def _decode_as(encoding: str, chunks: Iterator[bytes], offset: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    pending = 0
    for chunk in chunks:
        if encoding == "gb18030":
            _refuse_utf8(chunk, offset)
        try:
            yield decoder.decode(chunk)
        except UnicodeDecodeError as exc:
            raise _broken(offset - pending + exc.start) from exc
        offset += len(chunk)
        pending = len(decoder.getstate()[0])
    if pending:
        raise RefusalError("truncated", "文件在半个汉字处中断；请重新导出或重新上传。", "文件末尾")


def _refuse_utf8(chunk: bytes, offset: int) -> None:
    for line in chunk.splitlines(keepends=True):
        if not line.isascii():
            try:
                mixed = _has_han(line.decode("utf-8"))
            except UnicodeDecodeError:
                mixed = False
            if mixed:
                raise _broken(offset)
        offset += len(line)


def _broken(offset: int) -> RefusalError:
    return RefusalError(
        "encoding",
        f"第 {offset + 1} 个字节附近的文字编码不对：不是 UTF-8，也不是 GB18030，或两者混用。"
        + _ADVICE,
    )
