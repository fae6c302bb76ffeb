"""What the hooks of a backend answer, whoever wrote the answer."""

from pathlib import Path

import pytest

from manylinux.backends.order import Order
from manylinux.backends.port import BackendError
from manylinux.backends.project import project_of


def asked(folder: Path, answer: bytes | None) -> object:
    """What comes of a build whose every hook answers so."""
    project = project_of("it", folder, backend="backend", backend_path=(), requires=())
    order: Order[None] = Order(
        project=project,
        settings={},
        environment=lambda name, requires: (None, ()),
        hook=lambda python, name, arguments: answer,
    )
    return order.metadata("output")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "gave no answer"),
        (b"", "gave no answer"),
        (b"\xff", "gave no answer"),
        (b"[" * 100_000, "gave no answer"),
        (b"{}", "gave another answer"),
        (b"null", "gave another answer"),
        (b'["missing"]', "gave another answer"),
        (b'{"missing": "backend"}', "cannot be imported"),
        (b'{"answer": "x"}', "no list of texts"),
        (b'{"answer": []}', "says that it wrote the metadata"),
    ],
)
def test_an_answer_that_is_none(answer: bytes | None, told: str, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=told):
        asked(tmp_path, answer)


def test_a_hook_that_a_backend_has_not(tmp_path: Path) -> None:
    assert asked(tmp_path, b'{"missing": "hook"}') is None
