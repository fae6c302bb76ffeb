"""What compiled form of the modules does the target's interpreter use?

On Lambda nothing can be written beside a source, and times are those of the bundle. So an interpreter there
uses a `.pyc` only when it need not look at the source: one with PEP 552's unchecked hash, made by a Python of
the same minor version, whose magic number is the same from its first final release to its last.
"""
