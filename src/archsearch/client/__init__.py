"""A client of the server, with the names of the Python API.

It knows the values and errors of that API, nothing of how they come about. It needs
``archsearch[client]``.
"""

from archsearch.client.clients import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]
