"""Many functions built together: one lock for those that share, one plan of layers, each part proved."""
