"""How does Chalice take what lbuild makes? As the layer it would have kept itself, or as `vendor/`."""
