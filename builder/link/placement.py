"""Where each file of a wheel goes: the "spread" step of the binary distribution format, without an installer.

| in the wheel             | in the bundle                                          |
| ------------------------ | ------------------------------------------------------ |
| anything else            | below the library prefix, as it is                     |
| `.data/purelib|platlib`  | below the library prefix                               |
| `.data/data`             | below the library prefix, as `pip install --target`    |
| `.data/scripts`          | dropped, or `bin/` at the archive's root when kept     |
| `.data/headers`          | dropped: nothing is compiled on Lambda                 |
| `*-nspkg.pth`            | dropped when setuptools generated it, see below        |

No `__init__.py` is ever added: that would turn a namespace package into a regular one. `INSTALLER`,
`REQUESTED` and `direct_url.json` are not written: they tell an installer what it may change later, nothing
changes a bundle, and they would make equal bundles differ by where their wheels came from.

Other `.pth` files stay: Lambda runs `site.addsitedir` on `/var/task` and on both layer folders. A generated
`-nspkg.pth` puts a hand-made namespace module into `sys.modules` before anything is imported. In one tree
all portions of a namespace share one folder, so PEP 420 finds them without it; across layers it would hide
the portions that another layer holds; and it costs an import of `importlib.util` at every cold start.

The library prefix is nothing for a function, `python/` for a layer. Scripts go to `bin/` at the archive's
root in every layout, because a layer's `/opt/bin` is on Lambda's `PATH` and `/opt/python/bin` is not.
"""

from dataclasses import dataclass

from builder.model import LayoutKind
from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive import VerifiedWheel

SCRIPTS = "scripts"
HEADERS = "headers"
_LIBRARY_SCHEMES = ("purelib", "platlib", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The two places of a bundle that files of wheels go to."""

    library: str
    """Prefix of importable files: empty, or ends with `/`."""
    scripts: str
    """Prefix of commands; ends with `/`."""

    @classmethod
    def of(cls, kind: LayoutKind, python: str) -> "Layout":
        """The layout of `kind` for the Python minor version `python`, such as `3.13`."""
        library = {
            LayoutKind.FUNCTION: "",
            LayoutKind.LAYER: "python/",
            LayoutKind.LAYER_SITE_PACKAGES: f"python/lib/python{python}/site-packages/",
        }[kind]
        return cls(library=library, scripts="bin/")

    def from_library(self, path: str) -> str:
        """`path` of the bundle as seen from the library folder: how RECORD writes it."""
        if path.startswith(self.library):
            return path.removeprefix(self.library)
        return "../" * self.library.count("/") + path

    @property
    def library_from_scripts(self) -> str:
        """The library folder as a path from the scripts folder."""
        return "../" * self.scripts.count("/") + self.library


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemePath:
    """A path below a wheel's `.data` folder, split."""

    scheme: str
    rest: str


def below_data(path: str) -> SchemePath | None:
    """The install scheme and the rest of `path` when it lies in a `.data` folder, else None.

    As pip reads it: any top-level folder whose name ends with `.data`. Such a name cannot be imported.
    """
    top, _, inner = path.partition("/")
    if not inner or not top.endswith(".data"):
        return None
    scheme, _, rest = inner.partition("/")
    return SchemePath(scheme=scheme, rest=rest)


def check_scheme(wheel: VerifiedWheel, path: str, below: SchemePath) -> None:
    """Nothing when the scheme is one of the five that wheels may use.

    Raises BadArchiveError when it is not, or when a file stands where a scheme's folder must.
    """
    if below.rest and below.scheme in (*_LIBRARY_SCHEMES, SCRIPTS, HEADERS):
        return
    raise BadArchiveError(
        f"`{wheel.filename}` has a file that belongs to no install scheme",
        evidence=[f"`{path}`", "schemes of `.data`: purelib, platlib, data, scripts, headers"],
        hint="Report it to the project; the wheel breaks the binary distribution format",
    )


def is_generated_nspkg(content: bytes) -> bool:
    """Whether a `-nspkg.pth` is the one setuptools writes, in any of its versions, and nothing more.

    Each line of it makes one namespace module, below the site folder that `site` is reading.
    """
    lines = [line for line in content.splitlines() if line.strip()]
    return bool(lines) and all(
        line.startswith(b"import sys") and b"_getframe(1)" in line and b"'__path__'" in line for line in lines
    )
