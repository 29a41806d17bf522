"""The doors: Python API, command line. They translate; they decide nothing."""
