"""Sealing: authenticated encryption of contents and keys (AES-256-GCM or SM4-GCM).

A sealed text is one byte for the cipher, a random nonce of 12 bytes, the ciphertext and its tag of
16 bytes (NIST SP 800-38D; SM4: GB/T 32907-2016, RFC 8998). It opens only in the place it was sealed
for: the place is authenticated with it.
"""

import secrets
from enum import StrEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_SM4_BYTES: Final = 16
_NONCE: Final = 12
_TAG: Final = 16
_AES, _SM4 = b"\1", b"\2"


class CipherName(StrEnum):
    """What new contents are sealed with; what was sealed with another still opens."""

    AES = "AES-256-GCM"
    SM4 = "SM4-GCM"


class NotSealedHereError(Exception):
    """A sealed text was altered, moved from its place, or sealed under another key."""


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class Seal:
    """Seals and opens under one key.

    Args:
        key: 32 bytes; SM4 takes the first 16 of them.
    """

    __slots__ = ("_aes", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._key = key
        self._aes = AESGCM(key)

    def seal(self, text: bytes, place: bytes, cipher: CipherName = CipherName.AES) -> bytes:
        """Seal a text for a place."""
        nonce = secrets.token_bytes(_NONCE)
        if cipher is CipherName.AES:
            return _AES + nonce + self._aes.encrypt(nonce, text, place)
        return _SM4 + nonce + _Sm4(self._key).encrypt(nonce, text, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Open a sealed text in its place.

        Raises:
            NotSealedHereError: It was altered, belongs elsewhere, or is under another key.
        """
        kind, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        aead: _Aead = self._aes if kind == _AES else _Sm4(self._key)
        if kind not in (_AES, _SM4) or len(rest) < _TAG:
            raise NotSealedHereError
        try:
            return aead.decrypt(nonce, rest, place)
        except InvalidTag:
            raise NotSealedHereError from None


class _Sm4:
    """SM4-GCM in the manner of :class:`AESGCM`, which the library has for AES only."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key[:_SM4_BYTES])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        mode = modes.GCM(nonce, data[-_TAG:])
        decryptor = Cipher(self._algorithm, mode).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()
