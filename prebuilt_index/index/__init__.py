"""Indexes as they are read: pages, core metadata and files, from servers, folders and the store.

`client.IndexClient` is the door. What the store can answer is answered without loading an HTTP library.
"""
