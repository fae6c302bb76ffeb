"""Which distributions have to lie in one tree."""

import pytest

from builder.assembly.ties import Footprint, footprint, tied, touched


def prints(**trees: str) -> dict[str, Footprint]:
    return {name: footprint(paths.split()) for name, paths in trees.items()}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("ns/__init__.py ns/a.py", "ns/__init__.py ns/b.py", True),
        ("ns/__init__.py ns/a.py", "ns/b.py", True),
        ("ns/__init__.py", "ns/deep/er/b.py", True),
        ("ns/a.py", "ns/b.py", False),
        ("ns/a/__init__.py", "ns/b/__init__.py", False),
        ("LICENSE a.py", "license b.py", True),
        ("a-1.dist-info/METADATA", "a-1.dist-info/RECORD", False),
        ("a.py", "b.py", False),
        ("ns/__init__.cpython-313-x86_64-linux-gnu.so", "ns/b.py", True),
    ],
)
def test_packages_and_paths_tie(one: str, other: str, together: bool) -> None:
    """Namespaces of PEP 420 do not."""
    found = tied(prints(one=one, other=other))

    assert found == ((frozenset({"one", "other"}),) if together else ())


def test_libraries_tie() -> None:
    """What one needs and another brings; what it brings itself, and the system's, do not."""
    trees = {
        "cuda": footprint(["nvidia/lib/libcudart.so.13"]),
        "torch": footprint(["torch/x.so"], needs=["libcudart.so.13", "libc.so.6"]),
        "other": footprint(["other/y.so", "other.libs/libz.so"], needs=["libz.so"]),
        "named": footprint(["named/liba-1.so"], sonames=["liba.so.1"]),
        "asks": footprint(["asks/b.so"], needs=["liba.so.1"]),
    }

    assert tied(trees) == (frozenset({"asks", "named"}), frozenset({"cuda", "torch"}))


def test_ties_reach_on() -> None:
    """Who is tied to one of two that are tied is tied to both."""
    trees = prints(a="x/__init__.py", b="x/b.py y/__init__.py", c="y/c.py", d="z.py")

    assert tied(trees) == (frozenset({"a", "b", "c"}),)


def test_a_source_touches_what_it_adds_to() -> None:
    """Modules in a distribution's package, or a package around a distribution's modules."""
    trees = prints(a="pkg/__init__.py", b="ns/b.py", c="c.py", d="ns2/x/__init__.py")

    assert touched(footprint(["pkg/mine.py", "ns2/y.py"]), trees) == {"a"}
    assert touched(footprint(["ns/__init__.py"]), trees) == {"b"}
    assert touched(footprint(["app.py"]), trees) == frozenset()
