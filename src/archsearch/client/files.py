"""Answers that are files: what the head says of them, and whether they came whole."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import httpx2

from archsearch.errors import StoreError

_NAME: Final = re.compile(r"filename\*=UTF-8''([^;\s]*)", re.IGNORECASE)


def file_in(answer: httpx2.Response, known: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a file is made of, its content last, to be read once.

    Raises:
        StoreError: It is not what the server meant to send.
    """
    content = answer.content
    digest = hashlib.sha256(content)
    told = answer.headers.get("repr-digest", "")
    encoded = base64.b64encode(digest.digest()).decode()
    if told != f"sha-256=:{encoded}:":
        raise StoreError("收到的扫描件不完整；请重试。")
    name = _NAME.search(answer.headers.get("content-disposition", ""))
    return {
        **known,
        "name": unquote(name[1]) if name else "",
        "media_type": answer.headers.get("content-type", "").partition(";")[0],
        "size": len(content),
        "sha256": digest.hexdigest(),
        "chunks": iter([content]),
    }
