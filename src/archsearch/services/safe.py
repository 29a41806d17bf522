"""What is kept for people, sealed: each thing opens in its own place alone."""

from dataclasses import dataclass

from archsearch.security.sealing import CipherName, NotSealedHereError, Seal
from archsearch.storage.failures import damaged


@dataclass(frozen=True, slots=True)
class Safe:
    """Seals by one key and one cipher."""

    seal: Seal
    cipher: CipherName

    def sealed(self, text: bytes, place: str) -> bytes:
        """Seal a text for a place."""
        return self.seal.seal(text, place.encode(), self.cipher)

    def opened(self, sealed: bytes, place: str) -> bytes:
        """Open what was sealed for a place.

        Raises:
            StoreError: It was altered, or stood elsewhere.
        """
        try:
            return self.seal.open(sealed, place.encode())
        except NotSealedHereError:
            raise damaged() from None
