"""What was asked: words, requirements files, pyproject.toml, scripts and locks to one `Inputs`."""

from builder.inputs.command_line import Reading, read_inputs
from builder.inputs.merging import merged
from builder.inputs.namesakes import namesakes
from builder.inputs.words import Kind, Word, classify

__all__ = ["Kind", "Reading", "Word", "classify", "merged", "namesakes", "read_inputs"]
