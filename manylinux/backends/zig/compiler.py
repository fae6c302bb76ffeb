"""A script that stands where a build expects a compiler: it makes of any `cc` line one that zig serves.

    python -I -S compiler.py SETTINGS.json cc|c++|ar|ranlib|refuse ARGUMENTS...

It knows nothing but the standard library, because every compilation starts it. What it does to a line:

* the target is lbuild's, whatever else is asked; one may ask for optimisation, not for this machine's
processor;
* folders and libraries of this machine are left out or refused: their code is for another glibc or machine;
* debug information stays out: its last word counts, so `-g0` and `-s` stand last;
* what links C++ is linked as C++, whoever calls it;
* words that zig's linker does not know are left out, where a library does the same without them.

Each call is noted in a file, a line of JSON each: what failed to compile must not end as a wheel without it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Settings = dict[str, Any]
_CPP = (".cc", ".cpp", ".cxx", ".c++", ".C", ".CPP", ".cp")
_SOURCES = (".c", ".s", ".S", ".i", ".m", *_CPP)
_NO_LINK = frozenset({"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-dumpversion", "-dumpmachine"})
_WITH_VALUE = frozenset(
    {
        "-o",
        "-x",
        "-D",
        "-U",
        "-include",
        "-imacros",
        "-MF",
        "-MT",
        "-MQ",
        "-Xclang",
        "-Xpreprocessor",
        "-u",
        "-arch",
    }
)
"""Words whose next word is no word of its own."""
_FOLDERS = ("-isystem", "-iquote", "-idirafter", "-I", "-L", "-B")
_DROPPED = re.compile(
    r"-g(?!0$)|-s$|-flto|-fuse-ld=|-static-lib|-specs=|-mtune=|-m(arch|cpu)=native|-fuse-linker-plugin"
    r"|-ffat-lto|-fno-plt$|-fdebug-prefix-map=|-ffile-prefix-map=|-Wl$"
)
"""Of words of the compiler; `-gz` and the like too. `-gcc-toolchain` was never seen."""
_LINKER_DROPPED = re.compile(
    r"--exclude-libs|-Bsymbolic-functions|--warn-common|-Map\b|--dynamic-list|--unresolved-symbols|--build-id"
    r"|-s$|--strip|-O\d?$|--compress-debug|--no-undefined-version|--undefined-version|--allow-shlib-undefined"
)
_LINKER_WITH_VALUE = frozenset({"--exclude-libs", "--dynamic-list", "-Map", "--unresolved-symbols"})
_CXX_SYMBOLS = (b"__gxx_personality_v0", b"_ZNSt3__1", b"_ZSt", b"_Znwm", b"__cxa_throw")
_X86 = re.compile(r"x86-64(-v[234])?")
_ARM = re.compile(r"armv(8(?:\.\d)?|9(?:\.\d)?)-a((?:\+\w+)*)")


class RefusedError(Exception):
    """The line asks for something of this machine; the text says what."""


def main(settings_path: str, mode: str, arguments: list[str]) -> int:
    """The exit status of the program that did the work."""
    with open(settings_path, encoding="utf-8") as file:
        settings = json.load(file)
    if mode == "refuse":
        return refuse(*arguments)
    zig = settings["zig"]
    if mode in ("ar", "ranlib"):
        return subprocess.call([zig, mode, *arguments])
    try:
        command = line(mode, expanded(arguments), settings)
    except RefusedError as error:
        sys.stderr.write(f"lbuild: {error}\n")
        note(settings, arguments, 1)
        return 1
    status = subprocess.call([zig, *command])
    note(settings, arguments, status)
    return status


def refuse(program: str, why: str, *arguments: str) -> int:
    """A program that must not be found says so; but that pkg-config is there is no library yet.

    CMake makes a list of what it says, so there is no semicolon in it.
    """
    if program.startswith("pkg") and arguments[:1] == ("--version",):
        sys.stdout.write("0.29.2\n")
        return 0
    if program.startswith("pkg") and arguments[:1] == ("--atleast-pkgconfig-version",):
        return 0
    sys.stderr.write(f"lbuild: {program} of this machine is not the target's: {why}\n")
    return 1 if program.startswith("pkg") else 127


def expanded(arguments: Iterable[str]) -> Iterator[str]:
    """The words, those in response files too."""
    for word in arguments:
        if word.startswith("@") and os.path.isfile(word[1:]):
            with open(word[1:], encoding="utf-8") as file:
                yield from expanded(shlex.split(file.read()))
        else:
            yield word


def line(mode: str, given: Iterable[str], settings: Settings) -> list[str]:
    """zig's words for a compiler's words."""
    words: list[str] = []
    inputs: list[str] = []
    language = ""
    arguments = iter(given)
    for word in arguments:
        if word in _WITH_VALUE:
            value = next(arguments, "")
            language = value if word == "-x" else language
            words += [word, value]
        elif word == "-Xlinker":
            value = next(arguments, "")
            if value in ("-rpath", "--rpath"):
                # The value comes behind an `-Xlinker` of its own.
                next(arguments, "")
                words += linker_words([value, next(arguments, "")])
            else:
                words += linker_words([value])
        elif word == "-target":
            next(arguments, "")
        elif word.startswith("--target="):
            continue
        elif folder := next((each for each in _FOLDERS if word.startswith(each)), None):
            value = word[len(folder) :].removeprefix("=") or next(arguments, "")
            if place := allowed(value, settings):
                words += [folder, place] if folder.startswith("-i") else [folder + place]
        elif word.startswith("-Wl,"):
            words += linker_words(word.split(",")[1:])
        elif word.startswith("-R") and word != "-R":
            words += linker_words(["-rpath", word[2:]])
        elif word.startswith(("-march=", "-mcpu=")) and not word.endswith("=native"):
            words += machine(word, settings)
        elif _DROPPED.match(word):
            continue
        else:
            if not word.startswith("-"):
                inputs.append(word)
                refuse_foreign(word, settings)
            words.append(word)
    links = not _NO_LINK.intersection(words) and bool(inputs)
    if mode == "cc" and (language == "c++" or is_cpp(inputs, words, links=links)):
        mode = "c++"
    return [mode, *settings["first"], *words, *settings["last"], *(["-s"] if links else [])]


def linker_words(given: Iterable[str]) -> list[str]:
    """Words for the linker without those zig does not know, and without folders of this machine."""
    found: list[str] = []
    parts = iter(given)
    for part in parts:
        name, equals, value = part.partition("=")
        if name in ("-rpath", "--rpath", "-R", "-rpath-link", "--rpath-link"):
            value = value if equals else next(parts, "")
            kept = [each for each in value.split(":") if each.startswith("$")]
            if kept and not name.endswith("link"):
                found += ["-rpath", ":".join(kept)]
        elif part in _LINKER_WITH_VALUE:
            next(parts, None)
        elif part and not _LINKER_DROPPED.match(part):
            found.append(part)
    return ["-Wl," + ",".join(found)] if found else []


def machine(word: str, settings: Settings) -> list[str]:
    """How zig spells an instruction set."""
    name = word.partition("=")[2]
    if found := _X86.fullmatch(name):
        return ["-mcpu=x86_64" + (found[1] or "").replace("-", "_")]
    if (found := _ARM.fullmatch(name)) and settings["machine"] == "aarch64":
        return ["-mcpu=generic+v" + found[1].replace(".", "_") + "a" + found[2]]
    return [word.replace("-march=", "-mcpu=").replace("-", "_").replace("_mcpu", "-mcpu", 1)]


def allowed(folder: str, settings: Settings) -> str:
    """The folder to search instead of `folder`; empty where it is this machine's affair."""
    real = os.path.realpath(folder)
    for python in settings["includes"]:
        if real == python or real.startswith(python + os.sep):
            return str(settings["headers"]) + real[len(python) :]
    return folder if is_ours(real, settings) else ""


def is_ours(real: str, settings: Settings) -> bool:
    """Whether what lies there belongs to the build."""
    return any(real == own or real.startswith(own + os.sep) for own in settings["own"])


def refuse_foreign(word: str, settings: Settings) -> None:
    """A library or object file named by its path must be of the build."""
    if re.search(r"\.(so|a|o)(\.\d+)*$", word) and os.path.exists(word):
        real = os.path.realpath(word)
        if not is_ours(real, settings):
            raise RefusedError(f"`{word}` belongs to this machine, not to the target")


def is_cpp(inputs: list[str], words: list[str], *, links: bool) -> bool:
    """Whether a line that calls a C compiler is about C++."""
    if any(word.endswith(_CPP) for word in inputs) or "-lstdc++" in words or "-lc++" in words:
        return True
    return links and any(has_cxx(word) for word in inputs if word.endswith((".o", ".a", ".obj")))


def has_cxx(path: str) -> bool:
    """Whether code in an object or an archive wants the C++ runtime."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return False
    return any(symbol in content for symbol in _CXX_SYMBOLS)


def note(settings: Settings, arguments: list[str], status: int) -> None:
    """What became of the line, for whoever judges the result."""
    sources = [os.path.realpath(word) for word in arguments if word.endswith(_SOURCES) and word[:1] != "-"]
    text = json.dumps({"sources": sources, "status": status}) + "\n"
    descriptor = os.open(settings["notes"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
