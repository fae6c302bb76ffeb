"""How is a prebuilt index laid out, and how is a file put into it?

    DIR/simple/index.html, index.json                    the projects (PEP 503, PEP 691)
    DIR/simple/PROJECT/index.html, index.json            a project's files
    DIR/files/PROJECT/FILENAME.whl                       a wheel
    DIR/files/PROJECT/FILENAME.whl.metadata              its core metadata (PEP 658, PEP 714)
    DIR/files/PROJECT/FILENAME.whl.entry.json            an `Entry`: what pages say of it, where it came from

The truth is `files/`. Pages are a pure function of the entries: whoever writes them writes the same bytes.
"""
