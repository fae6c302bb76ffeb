"""Targets for tests."""

from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime, runtimes
from manylinux.target import Target
from manylinux.wheel_name import WheelName


def make_target(runtime: str = "python3.13", architecture: str = "x86_64") -> Target:
    return Target(runtime=find_runtime(runtime), architecture=Architecture.parse(architecture))


def every_target() -> list[Target]:
    return [
        Target(runtime=runtime, architecture=architecture)
        for runtime in runtimes()
        for architecture in runtime.architectures
    ]


def wheel(tags: str, build: str = "") -> WheelName:
    """A wheel's name with these tags."""
    return WheelName.parse(f"x-1{build and f'-{build}'}-{tags}.whl")
