"""Outputs are replaced whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import OutputError
from builder.link.output import check_file_output, replacing_file
from builder.link.write import write_zip
from factories.bundles import plan


def test_the_old_output_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """Readers see the old bytes or the new ones."""
    output = tmp_path / "b.zip"
    output.write_bytes(b"old")
    with replacing_file(output, 3) as file:
        file.write(b"new")
        during = output.read_bytes()

    assert (during, output.read_bytes()) == (b"old", b"new")
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, ValueError])
def test_whatever_ends_the_run_leaves_nothing(tmp_path: Path, kind: type[BaseException]) -> None:
    """Ctrl-C in the middle keeps the old output and no half one."""
    output = tmp_path / "b.zip"
    output.write_bytes(b"old")

    def interrupted() -> None:
        with replacing_file(output, 3) as file:
            file.write(b"half")
            raise kind

    with pytest.raises(kind):
        interrupted()

    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


def test_follows_a_link_to_the_real_output(tmp_path: Path) -> None:
    """The link stays a link; what it points to is replaced."""
    (tmp_path / "real").mkdir()
    (tmp_path / "b.zip").symlink_to(tmp_path / "real/b.zip")
    write_zip(plan([]), tmp_path / "b.zip")

    assert (tmp_path / "b.zip").is_symlink()
    assert (tmp_path / "real/b.zip").stat().st_size == 22


def test_has_the_mode_any_new_file_has(tmp_path: Path) -> None:
    """Half-made files are not private and then published by accident, nor the reverse."""
    (tmp_path / "plain").touch()
    write_zip(plan([]), tmp_path / "b.zip")

    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


def test_refuses_a_directory(tmp_path: Path) -> None:
    """A zip cannot replace a folder."""
    with pytest.raises(OutputError, match="is a directory"):
        check_file_output(tmp_path)


def test_refuses_a_pipe(tmp_path: Path) -> None:
    """Renaming over a pipe or a device would not write to it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="not a regular file"):
        check_file_output(tmp_path / "pipe")


def test_refuses_a_folder_below_a_file(tmp_path: Path) -> None:
    """`b.zip/c.zip` is no place."""
    (tmp_path / "b.zip").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        check_file_output(tmp_path / "b.zip/c.zip")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_refuses_a_folder_without_permission(tmp_path: Path) -> None:
    """Known before anything is downloaded."""
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="cannot be written"):
        check_file_output(tmp_path / "b.zip")


def test_a_full_disk_is_told_with_what_is_needed(tmp_path: Path) -> None:
    """The system refuses more bytes (here by a limit): a clear error, the old output, nothing left."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from builder.link.output import replacing_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    with replacing_file(Path(sys.argv[1]), 4321) as file:\n"
        "        while True: file.write(b'x' * 100)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, *error.evidence, sep='|')\n"
    )
    output = tmp_path / "b.zip"
    output.write_bytes(b"old")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", code, str(output)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert told.startswith("OutputError|File too large|needed: about 4,321 bytes|free: ")
    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path) -> None:
    """kill -9 in the middle leaves the old output whole, and rubbish only until the next run."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from builder.link.output import replacing_file\n"
        "with replacing_file(Path(sys.argv[1]), 9) as file:\n"
        "    file.write(b'half'); print('ready', flush=True); time.sleep(60)\n"
    )
    output = tmp_path / "b.zip"
    output.write_bytes(b"old")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", code, str(output)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with replacing_file(output, 3) as file:
            file.write(b"mid")
        beside_a_living_run = len(list(tmp_path.iterdir()))
        process.send_signal(signal.SIGKILL)
    left = len(list(tmp_path.iterdir()))
    with replacing_file(output, 3) as file:
        file.write(b"new")

    assert (beside_a_living_run, left) == (2, 2)
    assert list(tmp_path.iterdir()) == [output]


def test_files_that_only_look_like_leftovers_stay(tmp_path: Path) -> None:
    """Only this output's own leftovers are touched."""
    names = [".b.zip.lbuild-x-1", ".other.zip.lbuild-999999999-1", "b.zip.lbuild-999999999-1"]
    for name in names:
        (tmp_path / name).touch()
    with replacing_file(tmp_path / "b.zip", 0):
        pass

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "b.zip"])
