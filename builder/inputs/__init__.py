"""What was asked: words, requirements files and pyproject.toml to one `Inputs`."""

from builder.inputs.command_line import Kind, Reading, Word, classify, read_inputs
from builder.inputs.disk import Disk, LocalDisk, MemoryDisk

__all__ = ["Disk", "Kind", "LocalDisk", "MemoryDisk", "Reading", "Word", "classify", "read_inputs"]
