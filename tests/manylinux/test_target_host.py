"""That no part of a target comes from the host, and that it is what pip on Lambda would say."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest
from packaging.markers import Marker, default_environment

from factories.targets import every_target, make_target
from manylinux.target import Target

# Pretends to be Lambda as far as pip asks a machine, and prints the tags pip would then install, best first.
_PIP_ON_LAMBDA = """
import json, os, platform, sys, sysconfig
from pip._internal.utils.compatibility_tags import get_supported
from pip._vendor.packaging import _manylinux

real = sysconfig.get_config_var
asked = json.load(sys.stdin)
answers = []
for minor, glibc, machine in asked:
    _manylinux._get_glibc_version.cache_clear()
    platform.system = lambda: "Linux"
    sysconfig.get_platform = lambda: f"linux-{machine}"
    os.confstr = lambda name: f"glibc {glibc}"
    version = {"py_version_nodot": f"3{minor}", "Py_DEBUG": 0, "Py_GIL_DISABLED": 0}
    sysconfig.get_config_var = lambda name: version[name] if name in version else real(name)
    here, sys.version_info = sys.version_info, (3, minor, 0, "final", 0)
    answers.append([str(tag) for tag in get_supported()])
    sys.version_info = here
json.dump(answers, sys.stdout)
"""

# Every question to the machine is an error; what a target says must not change.
_NO_HOST = """
import json, os, platform, sys, sysconfig
import packaging.tags

def refuse(*args, **kwargs):
    raise AssertionError("the host was asked")

for name in ("machine", "release", "system", "version", "python_version", "python_implementation", "libc_ver",
             "uname", "python_version_tuple", "architecture", "processor"):
    setattr(platform, name, refuse)
for name in ("get_platform", "get_config_var", "get_config_vars"):
    setattr(sysconfig, name, refuse)
os.uname = os.confstr = refuse
sys.platform = "win32"
sys.path[:0] = json.loads(sys.argv[1])

from factories.targets import every_target
from manylinux.target import Target
from manylinux.wheel_name import WheelName

wheel = WheelName.parse("x-1-cp39-abi3-manylinux_2_17_aarch64.whl")
json.dump([[target.id, list(map(str, target.tags())), dict(target.environment()), target.rank(wheel),
            target.why_not(wheel), target.satisfies_python(">=3.12")] for target in every_target()],
          sys.stdout)
"""


def _run(script: str, *arguments: str, stdin: str = "") -> object:
    command = [sys.executable, "-I", "-W", "ignore", "-c", script, *arguments]
    return json.loads(subprocess.run(command, input=stdin, check=True, capture_output=True, text=True).stdout)


def _is_bare_linux(tag: str) -> bool:
    return tag.rpartition("-")[2].startswith("linux_")


@pytest.fixture(scope="module")
def pip_on_lambda() -> Mapping[str, Sequence[str]]:
    """Target to pip's tags there."""
    targets = every_target()
    asked = [
        (int(target.runtime.python[2:]), ".".join(map(str, target.glibc)), target.architecture.machine)
        for target in targets
    ]
    answers = _run(_PIP_ON_LAMBDA, stdin=json.dumps(asked))
    assert isinstance(answers, list)
    return dict(zip((target.id for target in targets), answers, strict=True))


@pytest.mark.parametrize("target", every_target(), ids=str)
def test_tags_are_those_of_pip_on_the_runtime(
    target: Target, pip_on_lambda: Mapping[str, Sequence[str]]
) -> None:
    """In pip's order, but that a bare linux platform is the last of its row instead of the first."""
    ours = [str(tag) for tag in target.tags()]
    pips = pip_on_lambda[target.id]

    assert [tag for tag in ours if not _is_bare_linux(tag)] == [
        tag for tag in pips if not _is_bare_linux(tag)
    ]
    assert sorted(ours) == sorted(pips)
    assert len(set(ours)) == len(ours)


@pytest.mark.parametrize("target", every_target(), ids=str)
def test_bare_linux_is_the_last_resort_of_every_row(target: Target) -> None:
    """Whatever promises a glibc goes before what promises none."""
    rows: dict[str, list[str]] = {}
    for tag in target.tags():
        rows.setdefault(f"{tag.interpreter}-{tag.abi}", []).append(tag.platform)
    native = [[each for each in platforms if each != "any"] for platforms in rows.values()]

    assert {platforms[-1] for platforms in native if platforms} == {f"linux_{target.architecture.machine}"}


def test_never_has_a_tag_of_another_kind_of_python() -> None:
    """Free-threaded, debug, Python 2, musl and other machines are absent everywhere."""
    for target in every_target():
        for tag in target.tags():
            assert tag.abi in ("none", "abi3", f"cp3{target.runtime.python[2:]}")
            assert tag.interpreter.startswith(("cp3", "py3"))
            assert tag.platform == "any" or tag.platform.endswith(f"_{target.architecture.machine}")


@pytest.mark.parametrize(
    ("runtime", "architecture", "first", "oldest"),
    [
        ("python3.11", "x86_64", "manylinux_2_26_x86_64", "manylinux1_x86_64"),
        ("python3.11", "arm64", "manylinux_2_26_aarch64", "manylinux2014_aarch64"),
        ("python3.13", "x86_64", "manylinux_2_34_x86_64", "manylinux1_x86_64"),
        ("python3.13", "arm64", "manylinux_2_34_aarch64", "manylinux2014_aarch64"),
    ],
)
def test_platforms_go_from_the_runtimes_glibc_to_the_first_manylinux(
    runtime: str, architecture: str, first: str, oldest: str
) -> None:
    """aarch64 begins with manylinux2014."""
    platforms = list(dict.fromkeys(tag.platform for tag in make_target(runtime, architecture).tags()))

    assert platforms[0] == first
    assert platforms[-3] == oldest


def test_nothing_is_asked_of_the_host() -> None:
    """On a machine that answers no question about itself every target says the same as here."""
    said = _run(_NO_HOST, json.dumps([path for path in sys.path if path]))
    from manylinux.wheel_name import WheelName

    wheel = WheelName.parse("x-1-cp39-abi3-manylinux_2_17_aarch64.whl")
    expected = [
        [
            target.id,
            list(map(str, target.tags())),
            dict(target.environment()),
            target.rank(wheel),
            target.why_not(wheel),
            target.satisfies_python(">=3.12"),
        ]
        for target in every_target()
    ]

    assert said == expected


@pytest.mark.parametrize("target", every_target(), ids=str)
def test_the_environment_leaves_no_variable_to_the_host(target: Target) -> None:
    """packaging fills in what is missing, so nothing is."""
    assert target.environment().keys() == default_environment().keys()
    assert len(target.environment()) == 11


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ('sys_platform == "win32"', False),
        ('sys_platform == "linux" and os_name == "posix"', True),
        ('platform_machine == "aarch64"', True),
        ('platform_machine == "arm64"', False),
        ('platform_system == "Darwin"', False),
        ('python_version < "3.13"', False),
        ('python_version >= "3.13" and python_full_version < "3.14"', True),
        ('platform_python_implementation == "CPython" and implementation_name == "cpython"', True),
        ('implementation_version >= "3.13"', True),
        ('platform_release >= "5.10" and platform_version != ""', True),
        ('extra == "x"', False),
    ],
)
def test_markers_are_the_targets(marker: str, holds: bool) -> None:
    """Markers hold or not on python3.13/arm64, wherever this runs."""
    environment = make_target("python3.13", "arm64").environment()

    assert Marker(marker).evaluate({**environment, "extra": ""}) is holds


def test_nobody_can_change_an_environment() -> None:
    """It is shared by all who ask."""
    with pytest.raises(TypeError):
        make_target().environment()["os_name"] = "nt"  # type: ignore[index]  # what must fail


@pytest.mark.parametrize(
    ("specifier", "admitted"),
    [
        (None, True),
        ("", True),
        (">=3.9", True),
        ("~=3.9", True),
        (">=3.9, <3.13", False),
        (">=3.14", False),
        ("==3.13.*", True),
        ("<4", True),
        ("!=3.13.*", False),
        (">=2.7,!=3.0.*,!=3.1.*", True),
        (">=3.6.*", True),  # malformed, and found on real indexes: pip ignores it
        ("python >= 3.14", True),
        ("3.14", True),
        (f">={'9' * 5000}", True),
    ],
)
def test_requires_python_is_read_as_pip_reads_it(specifier: str | None, admitted: bool) -> None:
    """A specifier that cannot be read admits everything."""
    assert make_target("python3.13").satisfies_python(specifier) is admitted


def test_a_target_has_a_name() -> None:
    """It is what people read and what keys are made of."""
    assert str(make_target("python3.13", "arm64")) == make_target("3.13", "aarch64").id == "python3.13/arm64"
