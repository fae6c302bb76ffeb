"""What changed between two bundles, and how it is told."""

from builder.inspection.diff_text import diff_text
from builder.inspection.difference import Difference, compare
from builder.inspection.values import Part, Role
from builder.report.cells import columns_of
from factories.parts import make_part

OLD = {
    "numpy/core.so": 6_000_000,
    "numpy/old.py": 2_000_000,
    "numpy/same.py": 10_000,
    "numpy-1.9.dist-info/RECORD": 40_000,
    "six.py": 30_000,
    "six-1.0.dist-info/RECORD": 500,
    "idna/a.py": 100,
    "idna-3.0.dist-info/RECORD": 100,
    "app.py": 100,
}
NEW = {
    "numpy/core.so": 7_000_000,
    "numpy/new.py": 400_000,
    "numpy/same.py": 10_000,
    "numpy-2.0.dist-info/RECORD": 41_000,
    "polars/core.so": 3_000_000,
    "polars-1.0.dist-info/RECORD": 500,
    "idna/a.py": 100,
    "idna-3.0.dist-info/RECORD": 100,
    "app.py": 100,
}
DISTRIBUTIONS = ["numpy 1.9", "numpy 2.0", "six 1.0", "polars 1.0", "idna 3.0"]


def part(files: dict[str, int], **options: object) -> Part:
    found = {
        told: [f"{told.split()[0]}/", f"{told.split()[0]}.py", f"{told.replace(' ', '-')}.dist-info"]
        for told in DISTRIBUTIONS
        if f"{told.replace(' ', '-')}.dist-info/RECORD" in files
    }
    return make_part(files, found, **options)  # type: ignore[arg-type]  # passed on


def difference(contents: dict[str, int] | None = None) -> Difference:
    return compare(part(OLD, name="old.zip"), part(NEW, name="new.zip", zipped=2_500_000, contents=contents))


WHOLE = """\
old.zip -> new.zip

  unzipped  before   7.7 MB                    █████████████████████████▌
            after   10.0 MB    +2.3 MB  +29 %  █████████████████████████████████
  zipped    before   1.4 MB                    ████▌
            after    2.4 MB  +976.6 KB  +67 %  ████████

By distribution         before     after     change
  + polars 1.0               -    2.9 MB    +2.9 MB  ███████████████████████████
  ~ numpy 1.9 -> 2.0    7.7 MB    7.1 MB  -585.0 KB  █████▌
      - numpy/old.py    1.9 MB         -    -1.9 MB  ━━━━━━━━━━━━━━━━━━
      ~ numpy/core.so   5.7 MB    6.7 MB  +976.6 KB  ━━━━━━━━━
      + numpy/new.py         -  390.6 KB  +390.6 KB  ━━━╸
      ... and 1 file changed
  - six 1.0            29.8 KB         -   -29.8 KB  ▌
    2 unchanged

By kind                 before     after     change
  compiled libraries    5.7 MB    9.5 MB    +3.8 MB  ███████████████████████████
  Python source         1.9 MB  400.6 KB    -1.6 MB  ███████████
  metadata             39.6 KB   40.6 KB    +1000 B  ▌
"""


def test_the_picture_is_this_one() -> None:
    """Totals, what is new, gone and another, the largest first; kinds."""
    assert list(diff_text(difference())) == WHOLE.splitlines()


def test_says_what_became_of_each_distribution() -> None:
    """With the files that are not the same; those that are, are not named."""
    found = {owner.name: owner for owner in difference().owners}

    assert set(found) == {"numpy", "polars", "six"}
    assert (found["numpy"].old, found["numpy"].new) == (("1.9",), ("2.0",))
    assert (found["polars"].old, found["six"].new) == (None, None)
    assert [(file.path, file.before, file.after) for file in found["numpy"].files] == [
        ("numpy/old.py", 2_000_000, None),
        ("numpy/core.so", 6_000_000, 7_000_000),
        ("numpy/new.py", None, 400_000),
        ("numpy-2.0.dist-info/RECORD", 40_000, 41_000),
    ]
    assert difference().unchanged == 2


def test_sums_agree() -> None:
    """What owners and kinds gained is what the bundle gained."""
    found = difference()
    gained = found.new.unzipped - found.old.unzipped

    assert sum(owner.change for owner in found.owners) == gained
    assert sum(kind.change for kind in found.kinds) == gained


def test_the_same_size_with_another_checksum_is_another_file() -> None:
    """A change of one byte for one is a change."""
    found = {owner.name: owner for owner in difference({"app.py": 2}).owners}

    assert [(file.path, file.change) for file in found["files at the root"].files] == [("app.py", 0)]


def test_a_layer_is_held_against_a_function() -> None:
    """Paths below the folder of sys.path are compared, whichever it is."""
    layer = part(OLD, role=Role.LAYER, root="python/lib/python3.13/site-packages/")
    found = compare(part(OLD), layer)

    assert found.is_empty
    assert next(iter(diff_text(found))) == "b.zip -> b.zip: a function -> a layer"
    assert [*diff_text(found)][-1] == "  No file differs: 9 files"


def test_empty_bundles_can_be_compared() -> None:
    """From nothing, to nothing, and both."""
    for old, new in (({}, OLD), (OLD, {}), ({}, {})):
        assert list(diff_text(compare(part(old), part(new))))


def test_everything_names_every_file() -> None:
    """Of distributions that are new or gone too."""
    lines = list(diff_text(difference(), everything=True))

    assert any("+ polars/core.so" in line for line in lines)
    assert any("- six.py" in line for line in lines)
    assert not any("... and" in line for line in lines)


def test_many_changes_stay_short_and_narrow() -> None:
    """Thousands of names of any kind."""
    files = {f"p\x1b{number}{'名' * 50}/x.py": number for number in range(3000)}
    lines = list(diff_text(compare(make_part({}), make_part(files))))

    assert len(lines) < 30
    assert all(line.isprintable() and columns_of(line) <= 80 for line in lines)
