"""The command line (click): data on stdout, progress and warnings on stderr."""
