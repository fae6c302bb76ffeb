"""A resolution written as, and read from, a PEP 751 lock file."""
