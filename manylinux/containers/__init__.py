"""Containers of an engine, wherever it runs: bundles are tried in them, and wheels are made in them."""
