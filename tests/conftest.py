"""Settings for the whole suite."""

from hypothesis import settings

# A machine under load is no finding, and a run must be repeatable: the slow set varies its seeds.
settings.register_profile("archsearch", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("archsearch")
