"""One module a file format; each streams rows with their position. Must not know the schema."""
