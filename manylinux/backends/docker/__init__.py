"""The compilers of a container image, behind the port of backends."""
