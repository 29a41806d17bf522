"""What lies in an index folder, and how it gets there unharmed."""
