"""HTTP as index and file servers are spoken to: one session of pooled connections, with every limit a value.

`port` has the values and the protocol that the rest of the reading side knows; it does not load urllib3.
"""
