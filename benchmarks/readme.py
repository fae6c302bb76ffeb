"""The figures on the README's first screen, taken from the pages that other commands write.

`python benchmarks/readme.py --write README.md` puts them between their marks; without it they are printed. It
is run after `make bench`, `make bench-size`, `make bench-imports` or `make sweep`.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PAGES = {"bench": "benchmarks.md", "bench-size": "size-figures.md", "bench-imports": "imports.md"}
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def rows(page: str) -> list[list[str]]:
    """All rows of all tables of a page, cells without blanks around them."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in re.findall(r"^\|.*\|$", text, re.MULTILINE)
    ]


def row(page: str, *first: str) -> list[str]:
    """The one row that begins with these cells."""
    (found,) = (each for each in rows(page) if tuple(each[: len(first)]) == first)
    return found


def figures() -> str:
    """The README's table, as Markdown."""
    seconds = {
        mode: {tool: row("benchmarks.md", "science", mode, tool)[3] for tool in ("lbuild", "uv + zip")}
        for mode in ("cold", "edited")
    }
    slim, whole = (row("size-figures.md", "A", way)[3] for way in ("lbuild", "uv + zip"))
    usual, none = (
        row("imports.md", name)[3] for name in ("slimmed, `auto`: the default", "everything, no bytecode")
    )
    targets = [each for each in rows("sweep.md") if each[1].endswith(" of 172") and each[-1] != "-"]
    judged = sum(int(each[3].replace(",", "")) - int(each[9]) for each in targets)
    wrong = sum(int(each[-1]) + int(each[-2]) for each in targets)
    edited, cold = seconds["edited"], seconds["cold"]
    small = [row("benchmarks.md", "small", "cold", tool)[3] for tool in ("lbuild", "uv + zip")]
    table = (
        ("numpy + scipy + pandas", "lbuild", "`uv pip install --target`, `zip`", "printed by"),
        ("---", "---:", "---:", "---"),
        (
            "the same files zipped, after an edit",
            f"**{edited['lbuild']} s**",
            f"{edited['uv + zip']} s",
            _by("bench"),
        ),
        (
            "the same files zipped, nothing cached",
            f"**{cold['lbuild']} s**",
            f"{cold['uv + zip']} s",
            _by("bench"),
        ),
        ("unpacked on Lambda, no bytecode", f"**{slim} MB**", f"{whole} MB", _by("bench-size")),
        ("imports at a cold start, processor time", f"**{usual} s**", f"{none} s", _by("bench-imports")),
    )
    prose = (
        f"A small stack, nothing cached, takes lbuild {small[0]} s, uv with zip {small[1]} s. `make sweep`\n"
        f"held lbuild's verdicts on {judged:,} compiled files of 172 projects against the dynamic loader:\n"
        f"{wrong or 'none'} was wrong ([table](docs/sweep.md))."
    )
    return "\n".join((*(f"| {' | '.join(cells)} |" for cells in table), "", prose))


def _by(target: str) -> str:
    return f"`make {target}`: [table](docs/{_PAGES[target]})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="README")
    write = parser.parse_args().write
    told = figures()
    if write is None:
        sys.stdout.write(told + "\n")
        return
    text = write.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    write.write_text(f"{before}{BEGIN}\n{told}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
