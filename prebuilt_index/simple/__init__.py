"""The simple repository API: bytes of an answer become a `ProjectPage`, and a `ProjectPage` bytes. Pure.

Specs: PEP 503 and 691 (HTML and JSON), 592 (yanked), 629 (version), 658 and 714 (metadata files), 700 (sizes
and upload times), 792 (status). PEP 708 was rejected and is not read.
"""
