"""Reading a watch folder: what lies in it, what scans are, whose they are. Stores nothing."""
