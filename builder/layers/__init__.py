"""Which distributions of many functions go into which shared layer: pure, and the same for the same input."""
