"""The tables' history: numbered steps, one file each, and what runs them."""
