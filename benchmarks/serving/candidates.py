"""The same small server of one page and one folder on each library that could carry `lbuild index serve`.

    python benchmarks/serving/candidates.py NAME FOLDER PORT

Each answers `/simple/demo/` from memory and `/files/NAME` from FOLDER as its library does that best. What docs/
decisions/0015-serving-with-aiohttp.md compares; `python -m benchmarks.serving --candidates` runs them all.
"""
