import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag

from factories.targets import make_target, wheel


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("cp312-cp312-manylinux_2_17_aarch64", "built for aarch64"),
        ("cp312-cp312-manylinux2014_i686", "built for i686"),
        ("cp314-abi3-manylinux_2_17_x86_64", "needs CPython 3.14 or newer"),
        ("cp312-cp312-manylinux_2_39_x86_64", "needs glibc 2.39, the runtime has 2.34"),
        ("cp312-cp312-manylinux_2_39_x86_64.manylinux_2_36_x86_64", "needs glibc 2.36, the runtime has 2.34"),
        ("cp312-cp312-manylinux_3_0_x86_64", "needs glibc 3.0, the runtime has 2.34"),
        ("cp39-none-manylinux_2_17_x86_64", "built for CPython 3.9"),
        ("cp313-cp313-manylinux_2_17_x86_64", "built for CPython 3.13"),
        ("cp313-none-any", "built for CPython 3.13"),
        ("py313-none-any", "needs Python 3.13 or newer"),
        ("py27-none-any", "built for Python 2"),
        ("py2-none-any", "built for Python 2"),
        ("cp27-cp27mu-manylinux1_x86_64", "built for Python 2"),
        ("pp310-pypy310_pp73-manylinux_2_17_x86_64", "built for PyPy"),
        ("graalpy312-graalpy250_312_native-manylinux_2_28_x86_64", "built for GraalPy"),
        ("cp312-cp312t-manylinux_2_17_x86_64", "built for free-threaded Python 3.12"),
        ("cp313-cp313t-manylinux_2_17_x86_64", "built for free-threaded Python 3.13"),
        ("cp315-abi3t-manylinux_2_17_x86_64", "built for free-threaded Python 3.15"),
        ("cp312-cp312d-manylinux_2_17_x86_64", "built for the ABI `cp312d`"),
        ("cp312-abi4-manylinux_2_17_x86_64", "built for the ABI `abi4`"),
        ("cp312-cp312-macosx_11_0_arm64", "built for macOS"),
        ("cp312-cp312-win_amd64", "built for Windows"),
        ("cp312-cp312-win32", "built for Windows"),
        ("cp312-cp312-musllinux_1_2_x86_64", "built for musl, not glibc"),
        ("cp312-cp312-ios_13_0_arm64_iphoneos", "built for iOS"),
        ("cp312-cp312-pyodide_2024_0_wasm32", "built for WebAssembly"),
        ("cp312-cp312-haiku_1_x86_64", "built for `haiku_1_x86_64`"),
        ("py3-none-manylinux_2_4_x86_64", "built for `manylinux_2_4_x86_64`, which means nothing"),
        ("py3-none-manylinux_2_x_x86_64", "built for `manylinux_2_x_x86_64`, which means nothing"),
        ("py3-none-manylinux", "built for `manylinux`"),
        ("cp312-cp312-any", "no Python loads `cp312-cp312-any`"),
        ("cp37-abi3-any", "no Python loads `cp37-abi3-any`"),
        ("py99999999999999-none-any", "built for `py99999999999999`"),
    ],
)
def test_refuses_wheels_that_do_not_load_and_says_why(tags: str, reason: str) -> None:
    """A wheel the runtime could not import never ranks, and a person reads the gravest reason."""
    target = make_target("python3.12", "x86_64")

    assert target.rank(wheel(tags)) is None
    assert target.why_not(wheel(tags)) == reason


def test_older_glibc_refuses_what_newer_takes() -> None:
    """numpy 2.4 has 2_27 wheels: they load on Amazon Linux 2023 and not on Amazon Linux 2."""
    numpy = wheel("cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64")
    on_al2 = wheel("cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64")

    assert make_target("python3.12").rank(numpy) is not None
    assert make_target("python3.11").why_not(on_al2) == "needs glibc 2.27, the runtime has 2.26"


def test_prefers_as_pip_does() -> None:
    """The interpreter's own ABI, stable ABIs newest first, pure; newer glibc first, then bare linux."""
    best_first = [
        "cp313-cp313-manylinux_2_34_x86_64",
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp313-cp313-manylinux2014_x86_64",
        "cp313-cp313-manylinux1_x86_64",
        "cp313-cp313-linux_x86_64",
        "cp313-abi3-manylinux_2_34_x86_64",
        "cp313-none-manylinux_2_34_x86_64",
        "cp312-abi3-manylinux_2_34_x86_64",
        "cp36-abi3-manylinux_2_34_x86_64",
        "py313-none-manylinux_2_34_x86_64",
        "py3-none-manylinux_2_34_x86_64",
        "cp313-none-any",
        "py313-none-any",
        "py2.py3-none-any",
        "py312-none-any",
    ]
    ranks = [make_target("python3.13").rank(wheel(tags)) for tags in best_first]

    assert None not in ranks
    assert ranks == sorted(ranks, key=lambda rank: rank or 0)
    assert len(set(ranks)) == len(ranks)


def test_the_best_tag_of_a_set_counts_and_the_build_does_not() -> None:
    """Ties between builds are for whoever compares wheels of one version."""
    target = make_target("python3.13")
    several = target.rank(wheel("py2.py3.cp313-none-any.manylinux_2_17_x86_64"))

    assert several == target.rank(wheel("cp313-none-manylinux_2_17_x86_64"))
    assert target.rank(wheel("py3-none-any", build="7")) == target.rank(wheel("py3-none-any"))


def test_upper_case_tags_are_the_same_tags() -> None:
    """Tags compare without case."""
    assert make_target().rank(wheel("PY3-None-Any")) == make_target().rank(wheel("py3-none-any"))


def test_of_several_wheels_the_nearest_gives_the_reason() -> None:
    """One wheel lacks only glibc: that keeps the version from this runtime, not that Windows exists."""
    wheels = [
        wheel("cp311-cp311-win_amd64"),
        wheel("cp311-cp311-manylinux_2_34_x86_64"),
        wheel("cp311-cp311-manylinux_2_27_x86_64"),
        wheel("cp312-cp312-manylinux_2_17_x86_64"),
        wheel("cp311-cp311-manylinux_2_17_aarch64"),
    ]

    assert make_target("python3.11").why_none(wheels) == "needs glibc 2.27, the runtime has 2.26"
    assert make_target("python3.11").why_none([wheels[0]]) == "built for Windows"
    assert make_target("python3.11").why_none([wheel("py3-none-any")]) is None
    assert make_target("python3.11").why_none([]) is None


_POOL = {
    "interpreters": [
        "py2",
        "py3",
        "py313",
        "py312",
        "py314",
        "cp313",
        "cp312",
        "cp314",
        "cp32",
        "cp31",
        "pp310",
    ],
    "abis": ["none", "abi3", "cp313", "cp312", "cp313t", "abi3t"],
    "platforms": [
        "any",
        "linux_x86_64",
        "manylinux1_x86_64",
        "manylinux2014_aarch64",
        "manylinux_2_34_x86_64",
        "manylinux_2_35_x86_64",
        "manylinux_2_17_aarch64",
        "musllinux_1_1_x86_64",
        "win_amd64",
    ],
}


@given(st.tuples(*(st.lists(st.sampled_from(pool), min_size=1, max_size=4) for pool in _POOL.values())))
def test_rank_is_the_place_of_the_best_tag(parts: tuple[list[str], ...]) -> None:
    """Ranking a set unexpanded gives what expanding it gives; a reason is there exactly if none fits."""
    target = make_target("python3.13")
    tags = "-".join(".".join(part) for part in parts)
    places = [target.tags().index(tag) for tag in parse_tag(tags) if tag in target.tags()]

    assert target.rank(wheel(tags)) == min(places, default=None)
    assert (target.why_not(wheel(tags)) is None) == bool(places)


def test_a_hostile_tag_set_is_judged_without_being_multiplied_out() -> None:
    """A thousand by a thousand by a thousand tags are three lists."""
    many = ".".join(f"a{number}" for number in range(1000))
    reason = make_target().why_not(wheel(f"{many}-{many}-{many}"))

    assert make_target().rank(wheel(f"{many}-{many}-{many}")) is None
    assert reason is not None
    assert reason.startswith("built for `a")
