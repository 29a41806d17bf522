from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.faults import RefusalError

CHINESE = "客户名称,备注\n张䶮,授信额度内用信\n联通,正常\n"


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_chinese_exports_is_recognised(encoding: str, size: int) -> None:
    found = "".join(decode(pieces(CHINESE.encode(encoding), size)))

    assert found == CHINESE


def test_a_short_gbk_text_that_passes_for_utf_8_is_read_by_what_follows() -> None:
    """联通 in GBK is valid UTF-8 by accident; Notepad is famous for it."""
    data = "联通,1\n中国银行,2\n".encode("gbk")

    assert "".join(decode(iter([data[:6], data[6:]]))) == "联通,1\n中国银行,2\n"


def test_ascii_streams_before_the_encoding_is_known() -> None:
    chunks = iter([b"a,b\n", "张三".encode("gb18030")])

    texts = decode(chunks)

    assert next(texts) == "a,b\n"
    assert "".join(texts) == "张三"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        ("客户名称一二三\n".encode() + b"\xff\xfe\n", 23),
        ("客户名称一二三\n".encode() + "张三李四".encode("gbk"), 23),
        ("张三李四\n".encode("gbk") + "客户名称一二三\n".encode(), 10),
        (b"abc\xff\xff\xff", 4),
    ],
)
def test_broken_and_mixed_encodings_are_refused_with_the_byte(data: bytes, offset: int) -> None:
    with pytest.raises(RefusalError) as caught:
        "".join(decode(iter([data])))

    assert caught.value.reason == "encoding"
    assert f"第 {offset} 个字节" in caught.value.message


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_bytes_broken_far_into_the_file_are_found(size: int) -> None:
    data = "客户名称一二三\n".encode() * 50
    data = data[:701] + b"\xff" + data[701:]

    with pytest.raises(RefusalError) as caught:
        "".join(decode(pieces(data, size)))

    assert caught.value.reason == "encoding"
    assert "第 701 个字节" in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_half_a_character_at_the_end_is_a_cut_file(encoding: str) -> None:
    with pytest.raises(RefusalError) as caught:
        "".join(decode(iter([CHINESE.encode(encoding), "名".encode(encoding)[-3:][:1]])))

    assert caught.value.reason == "truncated"


def test_binary_data_is_not_taken_for_text() -> None:
    with pytest.raises(RefusalError) as caught:
        "".join(decode(iter([b"PK\x03\x04\x14\x00\x06\x00"])))

    assert caught.value.reason == "unreadable"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    size=st.integers(1, 9),
)
def test_any_utf_8_text_comes_back(text: str, size: int) -> None:
    assert "".join(decode(pieces(text.encode(), size))) == text.removeprefix("\ufeff")


@given(
    text=st.text(st.characters(codec="gb18030", exclude_characters="\0", min_codepoint=0x4E00)),
    size=st.integers(1, 9),
)
def test_gb18030_text_after_plain_chinese_comes_back(text: str, size: int) -> None:
    whole = "客户名称" + text

    assert "".join(decode(pieces(whole.encode("gb18030"), size))) == whole
