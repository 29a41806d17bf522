"""archsearch: find the right customer in a Chinese archive, strictly inside your scope."""
