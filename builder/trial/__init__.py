"""Does the bundle run here as it would on Lambda? The room of `lbuild try`."""
