"""Where the `lbuild` command begins: its packages are those beside this file, whatever PYTHONPATH leads to.

Their names are generic. A deployer may run lbuild with a user's modules on PYTHONPATH, and one of them may be
called `builder`: then importing by name would find that one first. This name is nobody else's.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location

PACKAGES = ("manylinux", "prebuilt_index", "builder")


def main() -> None:
    """Run the command; it ends the process."""
    folder = os.path.dirname(os.path.abspath(__file__))
    for name in PACKAGES:
        spec = spec_from_file_location(name, os.path.join(folder, name, "__init__.py"))
        assert spec is not None  # of a .py file there always is one
        assert spec.loader is not None
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    from builder.cli.main import main as run

    run()
