"""What the target's interpreter makes of sources: right, the same every time, whatever they are."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from builder.bytecode.compiling import LARGEST, Compilers
from builder.bytecode.names import beside, instead
from builder.bytecode.values import Compiled, Refused
from builder.inspection.bytecode import MAGIC
from builder.interpreter.values import Interpreter
from factories.interpreters import own_interpreter, run
from manylinux.errors import EnvironmentFault

SETS = b"""
def f(y):
    return y in {None, 'a', 1.5, ..., (None, 'q'), b'x'} or y in {'one', 'two'} or y in {1}
def again(y):
    return y in {'one', 'two'}
def g(y):
    return y not in {%s}
def h():
    class Inner:
        def method(self):
            return Inner, 'h.<locals>.Inner.method'
    return Inner
small = '.' in 'a.b', '\xc3\xa9', b'x'
\xc3\xa9 = 'f', {None, 'b'}
""" % b",".join(b"'k%d'" % number for number in range(300))
LIBRARY = {
    f"library/{path.name}": path.read_bytes() for path in sorted(Path(os.__file__).parent.glob("[a-d]*.py"))
}
SOURCES = {"sets.py": SETS, "other.py": b"\xc3\xa9 = '.'\nb = b'x'\n", **LIBRARY}
COMPARE = """
import json, marshal, sys
same = []
for name, source, content in json.load(open(sys.argv[1])):
    code = marshal.loads(bytes.fromhex(content)[16:])
    same.append(code == compile(bytes.fromhex(source), name, 'exec', dont_inherit=True, optimize=0))
print(all(same), code.co_filename)
"""


def compiled(interpreter: Interpreter, path: str, source: bytes) -> bytes:
    """The bytecode of a source that has some."""
    with Compilers(interpreter) as compilers:
        outcome = compilers.compile(path, source)
    assert isinstance(outcome, Compiled)
    return outcome.content


def test_it_is_what_the_interpreter_would_compile_itself(interpreter: Interpreter, tmp_path: Path) -> None:
    """Reading code back, and bringing its sets into order, alters nothing that counts."""
    with Compilers(interpreter) as compilers:
        made = {path: compilers.compile(path, source) for path, source in SOURCES.items()}
    triples = [
        [path, SOURCES[path].hex(), outcome.content.hex()]
        for path, outcome in made.items()
        if isinstance(outcome, Compiled)
    ]
    (tmp_path / "made.json").write_text(json.dumps(triples))
    answer = run(interpreter, COMPARE, str(tmp_path / "made.json"))

    assert answer == f"True {triples[-1][0]}"
    assert len(triples) > len(SOURCES) / 2


def test_the_header_is_an_unchecked_hash_of_the_source(interpreter: Interpreter) -> None:
    """PEP 552; the magic number is that of the minor version."""
    content = compiled(interpreter, "a.py", b"x = 1\n")
    program = "import importlib.util, sys; print(importlib.util.source_hash(b'x = 1\\n').hex())"

    python = ".".join(interpreter.version.split(".")[:2])
    assert int.from_bytes(content[:2], "little") == interpreter.magic == MAGIC[python]
    assert content[2:8] == b"\r\n\1\0\0\0"
    assert content[8:16].hex() == run(interpreter, program)


def test_the_bytes_are_the_same_in_every_process_and_order(interpreter: Interpreter) -> None:
    """Neither the process's own addresses and hash seeds show, nor what was compiled before: at the second
    time a process knows every name and string of the source."""
    with Compilers(interpreter) as compilers:
        once = {path: compilers.compile(path, source) for path, source in SOURCES.items()}
        twice = {path: compilers.compile(path, source) for path, source in SOURCES.items()}
    with Compilers(interpreter) as compilers:
        backwards = {path: compilers.compile(path, SOURCES[path]) for path in reversed(SOURCES)}
    alone = {compiled(interpreter, "sets.py", SETS) for _ in range(4)}

    assert once == twice == backwards
    assert [Compiled(content=content) for content in alone] == [once["sets.py"]]


def test_the_time_of_compiling_is_told() -> None:
    """Of the processor, and of nothing but the compiler's work: a thousand times the source takes longer."""
    with Compilers(own_interpreter()) as compilers:
        outcomes = [compilers.compile("a.py", b"x = [1, 2, {3: y}]\n" * lines) for lines in (20, 20_000)]
    small, large = (outcome.seconds for outcome in outcomes if isinstance(outcome, Compiled))

    assert 0 <= small < large < 60


def test_threads_compile_side_by_side() -> None:
    """Each gets its own answers."""
    sources = {f"m{number}.py": b"x = %d\n" % number * (number % 40) for number in range(200)}
    with Compilers(own_interpreter()) as compilers, ThreadPoolExecutor(4) as executor:
        together = list(executor.map(compilers.compile, sources, sources.values()))
    with Compilers(own_interpreter()) as compilers:
        in_turn = [compilers.compile(path, source) for path, source in sources.items()]

    assert together == in_turn


def test_an_import_uses_it_and_never_looks_at_the_source(interpreter: Interpreter, tmp_path: Path) -> None:
    """The source is another by now, in time, size and content: only the bytecode can have answered."""
    source = tmp_path / "package" / "module.py"
    bytecode = tmp_path / beside("package/module.py", interpreter.cache_tag)
    bytecode.parent.mkdir(parents=True)
    bytecode.write_bytes(compiled(interpreter, "package/module.py", b"def f():\n    raise ValueError(1)\n"))
    source.write_text("def f():\n    return 'compiled anew'\n")
    os.utime(source, (315532800, 315532800))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import package.module as module\n"
        "try: print(module.f())\n"
        "except ValueError as error:\n"
        "    print(error.__traceback__.tb_next.tb_frame.f_code.co_filename, module.__cached__)"
    )

    assert run(interpreter, program, str(tmp_path)) == f"{source} {bytecode}"


def test_it_serves_without_a_source(interpreter: Interpreter, tmp_path: Path) -> None:
    """In the source's place; what tracebacks call the file is its path in the bundle."""
    bytecode = tmp_path / instead("package/module.py")
    bytecode.parent.mkdir()
    bytecode.write_bytes(compiled(interpreter, "package/module.py", b"def f(): pass\n"))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from package import module; print(module.f.__code__.co_filename, module.__file__)"
    )

    assert run(interpreter, program, str(tmp_path)) == f"package/module.py {bytecode}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"print 1\n", "SyntaxError"),
        (b"{{ cookiecutter.name }} = \n", "SyntaxError"),
        (b"x = 1\n  y = 2\n", "IndentationError"),
        (b"x = '\0'\n", "null bytes"),
        ("x = 1".encode("utf-16"), "null bytes"),
        (b"# coding: nonsense\nx = 1\n", "unknown encoding"),
        (b"x = '\xe9'\n", "SyntaxError"),
        (b" " * LARGEST + b"\n", "larger than"),
    ],
)
def test_what_is_no_source_has_no_bytecode(interpreter: Interpreter, source: bytes, reason: str) -> None:
    """And a line that says why."""
    with Compilers(interpreter) as compilers:
        outcome = compilers.compile("a.py", source)

    assert isinstance(outcome, Refused)
    assert outcome.settled
    assert reason in outcome.reason
    assert len(outcome.reason.splitlines()) == 1


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfx = 'caf\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n",
        b"x = 'caf\xc3\xa9'\r\n",
        b"x = 'caf\xc3\xa9'",
        b"assert 1 is 1, '\\d'\nx = 'caf\xc3\xa9'\n",
    ],
)
def test_encodings_line_ends_and_warnings_are_the_interpreters(
    interpreter: Interpreter, source: bytes, tmp_path: Path
) -> None:
    """PEP 263, the byte order mark, and what only gives a warning."""
    (tmp_path / "module.pyc").write_bytes(compiled(interpreter, "module.py", source))
    program = "import sys; sys.path.insert(0, sys.argv[1]); import module; print(ascii(module.x))"

    assert run(interpreter, program, str(tmp_path)) == r"'caf\xe9'"


HOSTILE = {
    "brackets": b"(" * 100_000 + b")" * 100_000,
    "minus": b"-" * 200_000 + b"1\n",
    "plus": b"1" + b"+1" * 500_000,
    "attributes": b"a" + b".b" * 300_000,
    "lambdas": b"lambda:" * 100_000 + b"1",
    "power": b"x = 9 ** 9 ** 9\n",
    "repeat": b"x = 'a' * 10 ** 12\n",
    "string": b"x = '" + b"a" * (LARGEST - 100) + b"'\n",
}


def test_hostile_sources_harm_only_themselves(interpreter: Interpreter) -> None:
    """Some end the process, some its memory; what comes after them is compiled as ever."""
    expected = Compiled(content=compiled(interpreter, "good.py", b"x = 1\n"))
    with Compilers(interpreter) as compilers:
        for name, source in HOSTILE.items():
            outcome = compilers.compile(f"{name}.py", source)
            assert compilers.compile("good.py", b"x = 1\n") == expected, name
            assert isinstance(outcome, Compiled) or outcome.reason


@pytest.mark.skipif(os.name == "nt", reason="Windows does not limit memory")
def test_memory_is_bounded() -> None:
    """A literal of millions of numbers takes hundreds of bytes for each."""
    with Compilers(own_interpreter(), memory=300 << 20) as compilers:
        outcome = compilers.compile("a.py", b"x = [" + b"1," * 1_900_000 + b"]\n")

        assert outcome == Refused(reason="MemoryError")
        assert isinstance(compilers.compile("b.py", b"x = 1\n"), Compiled)


def test_time_is_bounded() -> None:
    """What this machine had no time for may be asked again, so it is no settled answer."""
    with Compilers(own_interpreter(), seconds=0.05) as compilers:
        outcome = compilers.compile("a.py", b"x = [" + b"1," * 1_900_000 + b"]\n")

        assert outcome == Refused(reason="it takes more than 0.05 s to compile", settled=False)
    with Compilers(own_interpreter()) as compilers:
        assert isinstance(compilers.compile("b.py", b"x = 1\n"), Compiled)


def test_an_interpreter_that_was_replaced_is_refused() -> None:
    """Its bytecode would be kept under the name of the one that was there."""
    before = replace(own_interpreter(), build="3.0.0 (another)")
    with Compilers(before) as compilers, pytest.raises(EnvironmentFault) as caught:
        compilers.compile("a.py", b"x = 1\n")

    assert str(before.path) in caught.value.summary


def test_an_interpreter_that_is_gone_is_told() -> None:
    """With what to do about it."""
    gone = replace(own_interpreter(), path=Path("/nowhere/python"))
    with Compilers(gone) as compilers, pytest.raises(EnvironmentFault) as caught:
        compilers.compile("a.py", b"x = 1\n")

    assert "--bytecode none" in (caught.value.hint or "")
