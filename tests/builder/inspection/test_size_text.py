"""What people see of a bundle's bytes, written out whole."""

from builder.inspection.size_text import size_text
from builder.inspection.values import Role
from builder.report.cells import columns_of
from factories.parts import make_part, measured

FILES = {
    "numpy/_core/math.so": 4_000_000,
    "numpy/_core/multi.so": 2_000_000,
    **{f"numpy/lib/m{number}.py": 30_000 for number in range(40)},
    "numpy.libs/libblas-1.so": 2_500_000,
    "numpy-2.0.dist-info/RECORD": 40_000,
    "requests/api.py": 30_000,
    "requests/sessions.py": 20_000,
    "app.py": 1_000,
}
PART = make_part(FILES, {"numpy 2.0": ["numpy"], "requests 3.1": ["requests"]}, zipped=4_900_000)
WHOLE = """\
b.zip: a function of 47 files

  unzipped  9.3 MB  98 % of Lambda's 9.5 MB                █████████████████▌
  zipped    4.7 MB  245 % of an upload's 1.9 MB: needs S3  ██████████████████

By distribution              unpacked    packed  share
  numpy 2.0                    9.3 MB    4.6 MB   99 %  ████████████████████████
    numpy/                     6.9 MB    3.4 MB   74 %  ━━━━━━━━━━━━━━━━━╸
      _core/                   5.7 MB    2.9 MB   61 %  ━━━━━━━━━━━━━━━
      lib/                     1.1 MB  585.9 KB   12 %  ━━━
    numpy.libs/libblas-1.so    2.4 MB    1.2 MB   26 %  ━━━━━━
  requests 3.1                48.8 KB   24.4 KB    1 %  ▌
  files at the root            1000 B     500 B   <1 %  ▌

By kind                      unpacked    packed  share
  compiled libraries           8.1 MB    4.1 MB   87 %  ████████████████████████
  Python source                1.2 MB  610.8 KB   13 %  ███▌
  metadata                    39.1 KB   19.5 KB   <1 %  ▌
"""


def told(*, everything: bool = False, columns: int = 80) -> list[str]:
    return list(size_text(measured(PART), columns=columns, everything=everything))


def test_the_picture_is_this_one() -> None:
    """Totals against limits, the tree with the largest first, kinds."""
    assert told() == WHOLE.splitlines()


def test_everything_shows_every_file_of_the_depth() -> None:
    """And folds nothing."""
    lines = told(everything=True)

    assert any(line.strip().startswith("numpy-2.0.dist-info/RECORD") for line in lines)
    assert not any("... and" in line for line in lines)


def test_every_width_is_kept() -> None:
    """No line wraps, from 60 columns on."""
    for columns in (60, 80, 132):
        assert all(columns_of(line) <= columns for line in told(columns=columns)[5:])


def test_too_much_is_said_in_words() -> None:
    """A bar is full at 100 % and at 300 %."""
    text = "\n".join(size_text(measured(make_part({"a.bin": 30_000_000}))))

    assert "300 % of Lambda's 9.5 MB: too large" in text


def test_an_empty_bundle_has_no_tree() -> None:
    """Nothing is divided by nothing."""
    lines = list(size_text(measured(make_part({}, zipped=22))))

    assert lines[0] == "b.zip: a function of 0 files"
    assert len(lines) == 4


def test_files_without_a_byte_are_files() -> None:
    """`py.typed` and `__init__.py` often have none."""
    assert any(
        "py.typed" in line or "stubs" in line for line in size_text(measured(make_part({"py.typed": 0})))
    )


def test_a_folder_has_no_packed_bytes_and_a_wheel_no_limits() -> None:
    """What does not apply is not shown."""
    folder = "\n".join(size_text(measured(make_part({"a.py": 9}, zipped=None))))
    wheel = "\n".join(size_text(measured(make_part({"a.py": 9}, role=Role.WHEEL))))

    assert "packed" not in folder.replace("unpacked", "")
    assert "zipped  " not in folder.replace("unzipped", "")
    assert "Lambda" not in wheel


def test_many_small_distributions_are_one_row() -> None:
    """Ten have names, the rest a number and their bytes."""
    files = {f"p{number:04}/x.py": 1000 for number in range(2000)}
    lines = list(size_text(measured(make_part(files))))

    assert any(line.startswith("  ... and 1,990 more") for line in lines)
    assert len(lines) < 30


def test_names_cannot_disturb_the_terminal() -> None:
    """Control characters are question marks, very long names lose their middle."""
    files = {"a\x1b[2J\nb/" + "x" * 60_000 + "\r.py": 10, "名前" * 100 + "/\u202e.so": 10}
    lines = list(size_text(measured(make_part(files, name="b\x1b.zip"))))

    assert all(line.isprintable() and columns_of(line) <= 80 for line in lines)
