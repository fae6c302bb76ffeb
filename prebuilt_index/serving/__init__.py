"""How is a prebuilt index in a folder handed out over HTTP?

Reading only, by GET and HEAD. `routes`, `negotiation` and `conditions` decide and touch nothing; `folder` is
the one way to the disk, and never leaves the index; `application` joins them as WSGI; `server` listens, by
waitress (docs/decisions/0018-serving-with-waitress.md). `browse` makes the pages that a person reads.
"""
