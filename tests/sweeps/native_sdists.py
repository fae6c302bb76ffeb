"""Which sdists `native.py` compiles, and what is expected of each."""

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factories.corpora import FOLDER
from manylinux.runtimes import find_runtime

LIST = Path(__file__).with_name("native.toml")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdist:
    """One of `native.toml`, whose head says what the fields mean."""

    kind: str
    name: str = ""
    file: str = ""
    refused: str = ""
    refused_by_glibc: tuple[int, int] | None = None
    or_refused: str = ""
    runtimes: tuple[str, ...] = ()
    gcc: bool = True

    @property
    def label(self) -> str:
        return self.name or self.file.removesuffix(".tar.gz").rpartition("-")[0]

    @property
    def corpus(self) -> Path:
        return FOLDER / "sdists" / self.file

    @property
    def words(self) -> tuple[str, ...]:
        """For lbuild."""
        return (self.name, "--no-binary", self.name) if self.name else (str(self.corpus),)

    def fault(self, row: Row) -> str:
        """What is wrong with a row; empty for nothing."""
        said = row["result"]
        must = self._must_refuse(row["runtime"])
        if row["built"]:
            if must:
                return "it must be refused"
            return "" if said in ("imports", "audited") else "it does not import"
        if (must and self.refused in said) or (self.or_refused and self.or_refused in said):
            return ""
        return "it is refused for another reason" if must else "it must build"

    def _must_refuse(self, runtime: str) -> bool:
        if self.refused_by_glibc:
            return find_runtime(runtime).os.glibc < self.refused_by_glibc
        return bool(self.refused)


def sdists(names: Sequence[str] = ()) -> list[Sdist]:
    """Those of the list, or those named; files of the corpora where those are."""
    found = []
    for row in tomllib.loads(LIST.read_text(encoding="utf-8"))["sdist"]:
        lists = {name: tuple(value) for name, value in row.items() if isinstance(value, list)}
        each = Sdist(**{**row, **lists})
        if each.file and not each.corpus.exists():
            sys.stderr.write(f"{each.label}: no corpora here\n")
        elif not names or each.label in names:
            found.append(each)
    return found
