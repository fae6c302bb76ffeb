"""What an engine refuses, in lbuild's words."""

import pytest
from docker.errors import APIError

from manylinux.containers.telling import told
from manylinux.errors import ContainerError


def test_the_engines_words_are_the_evidence() -> None:
    """Whether they come from the engine or from the way to it."""
    for error, hint in (
        (APIError("500", explanation="it is broken"), "See to the engine"),
        (ConnectionError("it is broken"), "answers no more: start it again"),
    ):
        with (
            pytest.raises(ContainerError, match="cannot make a container") as caught,
            told("make a container"),
        ):
            raise error

        assert caught.value.evidence == ("it is broken",)
        assert hint in (caught.value.hint or "")


def test_a_name_that_no_url_can_hold_is_told() -> None:
    """An image's, with bytes of the command line that are no text."""
    with pytest.raises(ContainerError), told("look for the image"):
        "\udcff".encode()


def test_a_full_disk_is_said_to_be_the_engines() -> None:
    """It may be another machine's."""
    with pytest.raises(ContainerError) as caught, told("make a container"):
        raise APIError("500", explanation="write /var/lib/x: no space left on device")

    assert "Free space where the engine" in (caught.value.hint or "")
