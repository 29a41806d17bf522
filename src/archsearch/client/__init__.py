"""A client of the server, with the names of the Python API.

It knows the values and errors of that API, nothing of how they come about. It needs
``archsearch[client]``.
"""

from archsearch.client.awaited import AsyncClient
from archsearch.client.waiting import Client

__all__ = ["AsyncClient", "Client"]
