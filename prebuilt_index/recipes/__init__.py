"""How wheels are made that nobody offers: recipes as data, and their reader.

`projects/` has one file a project, `libraries/` one a C library that such a project links, `reasons/` tells
of what projects no wheel can be made, and why. All are read whole, or refused with all that is wrong in
them. docs/recipes.md tells how to write one.
"""

from prebuilt_index.recipes.catalogue import Catalogue, own_recipes, read_catalogue
from prebuilt_index.recipes.values import Edit, Library, Reason, Recipe, Source

__all__ = ["Catalogue", "Edit", "Library", "Reason", "Recipe", "Source", "own_recipes", "read_catalogue"]
