"""What is Whoosh's: its names, and our segments as its own searcher reads them."""
