"""What a bundle was made for."""

from builder.inspection.bytecode import MAGIC
from builder.inspection.guess import python_of_bytecode
from builder.inspection.values import UNCHECKED, Bytecode


def test_bytecode_that_was_made_to_be_shipped_tells_a_python() -> None:
    """What a run left behind has the times of sources, and was made by whatever ran."""
    shipped = [Bytecode(magic=MAGIC["3.13"], flags=UNCHECKED), Bytecode(magic=MAGIC["3.12"], flags=UNCHECKED)]
    left = Bytecode(magic=MAGIC["3.11"], flags=0, source_time=1, source_size=1)
    unknown = Bytecode(magic=1, flags=UNCHECKED)

    assert python_of_bytecode([*shipped, shipped[0], left, left, left]) == "3.13"
    assert python_of_bytecode([left, unknown]) is None
    assert python_of_bytecode([]) is None
