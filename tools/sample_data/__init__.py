"""Makes the sample data: customers, their files in every format, bad rows, queries with answers."""
