"""Where files of wheels go."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from builder.link.write import write_zip
from builder.model import BundlePlan, FromBytes, LayoutKind
from factories.bundles import plan, verified_wheel
from prebuilt_index.errors import BadArchiveError

NSPKG = (
    b"import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(sys._getframe(1)"
    b".f_locals['sitedir'], *('corp',));m = sys.modules.setdefault('corp', types.ModuleType('corp'));"
    b"mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n"
)


def paths(bundle: BundlePlan) -> list[str]:
    return [file.path for file in bundle.files]


def drops(bundle: BundlePlan) -> list[tuple[str, str]]:
    return [(drop.path, drop.rule) for drop in bundle.drops]


def made(bundle: BundlePlan, path: str) -> bytes:
    (file,) = (file for file in bundle.files if file.path == path)
    assert isinstance(file.content, FromBytes)
    return file.content.content


def unpacked(bundle: BundlePlan, folder: Path) -> Path:
    """The bundle as a foreign reader unpacks it."""
    archive, tree = folder / "bundle.zip", folder / "tree"
    write_zip(bundle, archive)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", archive, tree], check=True)
    return tree


@pytest.mark.parametrize(
    ("layout", "prefix"),
    [
        (LayoutKind.FUNCTION, ""),
        (LayoutKind.LAYER, "python/"),
        (LayoutKind.LAYER_SITE_PACKAGES, "python/lib/python3.11/site-packages/"),
    ],
)
def test_importable_files_go_below_the_prefix_of_the_layout(
    tmp_path: Path, layout: LayoutKind, prefix: str
) -> None:
    """Each layout puts every file of a plain wheel below one prefix and changes none of them."""
    wheel = verified_wheel(tmp_path, "demo", {"demo/core.py": b"x = 1\n"})
    bundle = plan([wheel], layout=layout, runtime="python3.11")

    assert paths(bundle) == sorted(prefix + member.path for member in wheel.members)
    assert bundle.drops == ()


def test_no_init_file_is_added(tmp_path: Path) -> None:
    """A namespace package stays one."""
    wheel = verified_wheel(tmp_path, "demo", {"corp/demo/core.py": b"x = 1\n"})

    assert "corp/__init__.py" not in paths(plan([wheel]))


def test_data_schemes_go_where_pip_puts_them(tmp_path: Path) -> None:
    """purelib, platlib and data merge into the root; headers and scripts are dropped and told."""
    data = {"purelib/a.py": b"", "platlib/b.py": b"", "data/etc/c.toml": b"", "headers/d.h": b""}
    wheel = verified_wheel(tmp_path, "demo", {"root.py": b""}, data=data, data_scripts={"run": b"#!python\n"})
    bundle = plan([wheel])

    assert {"a.py", "b.py", "etc/c.toml", "root.py"} <= set(paths(bundle))
    assert drops(bundle) == [
        ("demo-1.0.data/headers/d.h", "headers"),
        ("demo-1.0.data/scripts/run", "scripts"),
    ]


@pytest.mark.parametrize("path", ["stdlib/x.py", "purelib", "x.py"])
def test_refuses_what_belongs_to_no_scheme(tmp_path: Path, path: str) -> None:
    """A file of `.data` outside the five schemes has no place."""
    wheel = verified_wheel(tmp_path, "demo", {"demo.py": b""}, data={path: b"x"})
    with pytest.raises(BadArchiveError, match="install scheme"):
        plan([wheel])


def test_generated_namespace_hooks_are_dropped_and_other_pth_files_stay(tmp_path: Path) -> None:
    """Only what setuptools wrote and nothing more is known to be needless."""
    files = {
        "corp/demo.py": b"",
        "demo-1.0-nspkg.pth": NSPKG,
        "odd-nspkg.pth": NSPKG + b"import corp.patch\n",
        "empty-nspkg.pth": b"",
        "more.pth": b"vendor\n",
    }
    bundle = plan([verified_wheel(tmp_path, "demo", files)])

    assert drops(bundle) == [("demo-1.0-nspkg.pth", "nspkg-pth")]
    assert {"odd-nspkg.pth", "empty-nspkg.pth", "more.pth"} <= set(paths(bundle))


@pytest.mark.parametrize(
    ("layout", "library"),
    [
        (LayoutKind.FUNCTION, ""),
        (LayoutKind.LAYER, "python"),
        (LayoutKind.LAYER_SITE_PACKAGES, "python/lib/python3.13/site-packages"),
    ],
)
def test_kept_commands_find_their_library(tmp_path: Path, layout: LayoutKind, library: str) -> None:
    """An unpacked entry point runs from any folder, without Lambda's own path set up."""
    wheel = verified_wheel(
        tmp_path,
        "demo",
        {"demo.py": b"class Tool:\n    @staticmethod\n    def run():\n        print('ran', __name__)\n"},
        entry_points={"console_scripts": {"Demo-run": "demo:Tool.run [fast]"}, "other": {"x": "demo"}},
        extras=["fast"],
    )
    bundle = plan([wheel], layout=layout, scripts=True)
    tree = unpacked(bundle, tmp_path)
    command = [sys.executable, "-S", tree / "bin/Demo-run"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")

    assert ran.stdout == "ran demo\n"
    assert made(bundle, "bin/Demo-run").startswith(b"#!/var/lang/bin/python3.13\n")
    assert next(file for file in bundle.files if file.path == "bin/Demo-run").executable
    assert (tree / library / "demo.py").is_file()


def test_kept_scripts_name_the_interpreter_of_lambda(tmp_path: Path) -> None:
    """Only a first line that begins with `#!python` is set; other scripts are copied as they are."""
    scripts = {"a": b"#!pythonw\nimport demo\n", "b": b"#!/bin/sh\nexec true\n", "c": b"#!python"}
    bundle = plan([verified_wheel(tmp_path, "demo", data_scripts=scripts)], scripts=True)

    assert made(bundle, "bin/a") == b"#!/var/lang/bin/python3.13\nimport demo\n"
    assert made(bundle, "bin/c") == b"#!/var/lang/bin/python3.13\n"
    assert not isinstance(next(file for file in bundle.files if file.path == "bin/b").content, FromBytes)
    assert all(file.executable for file in bundle.files if file.path.startswith("bin/"))


def test_a_section_of_entry_points_called_default_is_one_like_others(tmp_path: Path) -> None:
    """Python's parser of such files would put its lines into every section."""
    points = {"console_scripts": {"demo": "demo:run"}, "DEFAULT": {"other": "demo:run"}}
    bundle = plan([verified_wheel(tmp_path, "demo", entry_points=points)], scripts=True)

    assert [path for path in paths(bundle) if path.startswith("bin/")] == ["bin/demo"]


@pytest.mark.parametrize("reference", ["demo", "demo:", "demo:a b", "de mo:run", "demo:run()", ":run"])
def test_refuses_entry_points_that_name_no_callable(tmp_path: Path, reference: str) -> None:
    """What would be a syntax error in the wrapper is refused, and only when commands are kept."""
    points = {"console_scripts": {"demo": reference}}
    wheel = verified_wheel(tmp_path, "demo", entry_points=points)

    assert "bin/demo" not in paths(plan([wheel]))
    with pytest.raises(BadArchiveError, match="entry point"):
        plan([wheel], scripts=True)


@pytest.mark.parametrize("layout", list(LayoutKind))
@pytest.mark.parametrize("scripts", [False, True])
def test_record_lists_what_is_there(tmp_path: Path, layout: LayoutKind, scripts: bool) -> None:
    """`importlib.metadata` finds every file RECORD names, with its size and hash, and every file is named."""
    wheel = verified_wheel(
        tmp_path,
        "demo",
        {"demo/ab.py": b"x = 1\n"},
        data={"purelib/more.py": b"y = 2\n", "data/share/z": b"z"},
        data_scripts={"tool": b"#!python\n"},
        entry_points={"console_scripts": {"demo": "demo:run"}},
    )
    bundle = plan([wheel], layout=layout, scripts=scripts)
    tree = unpacked(bundle, tmp_path)
    library = next(tree.rglob("demo-1.0.dist-info")).parent
    (found,) = importlib.metadata.distributions(path=[str(library)])
    files = found.files or []
    listed = {Path(str(file.locate())).resolve() for file in files}

    assert listed == {path.resolve() for path in tree.rglob("*") if path.is_file()}
    assert all(file.size == Path(str(file.locate())).stat().st_size for file in files if file.hash)
    assert [str(file) for file in files if not file.hash] == ["demo-1.0.dist-info/RECORD"]


def test_a_record_that_is_true_stays_as_shipped(tmp_path: Path) -> None:
    """Nothing moved, nothing dropped: no byte of the wheel is made anew."""
    wheel = verified_wheel(tmp_path, "demo", entry_points={"console_scripts": {"demo": "demo:run"}})

    assert not any(isinstance(file.content, FromBytes) for file in plan([wheel]).files)


def test_no_installer_marks_are_written(tmp_path: Path) -> None:
    """INSTALLER, REQUESTED and direct_url.json would tell where a wheel came from, not what it is."""
    names = {path.rpartition("/")[2] for path in paths(plan([verified_wheel(tmp_path, "demo")]))}

    assert not names & {"INSTALLER", "REQUESTED", "direct_url.json"}
