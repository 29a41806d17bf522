"""The segment file: what lies in it and how it is packed; one module for each kind of array."""
