"""What was asked: words, requirements files and pyproject.toml to one `Inputs`."""

from builder.inputs.command_line import Kind, Reading, Word, classify, read_inputs
from builder.inputs.merging import merged

__all__ = ["Kind", "Reading", "Word", "classify", "merged", "read_inputs"]
