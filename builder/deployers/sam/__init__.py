"""How does `sam build` get its functions and layers from lbuild? As recipes of `BuildMethod: makefile`."""
