"""The web pages, in Chinese, rendered here: built on the HTTP door, they know no other way in.

A page calls the same Python API as ``/api/v1`` does. What it shows is escaped by the templates;
scripts and styles are files of our own, as the content policy runs nothing else.
"""
