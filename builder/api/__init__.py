"""How do programs ask for bundles? The public, typed Python API."""
