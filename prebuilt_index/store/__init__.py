"""The store: every file lbuild fetched or made, shared by all its processes on this machine.

    <root>/                                 0700, owned by the user
      CACHEDIR.TAG
      blobs-v1/<2 hex>/<62 hex>             whole files, named by their sha256; 0444, never altered
      blobs-v1/<2 hex>/<62 hex>.stamp       what stat said once the content was known to be right
      <bucket>/<2 hex>/<62 hex>             records, named by the sha256 of their key
      trial-v1/<name>/                      folders that other programs read, see `trees`
      tools-v1/<name>/                      the same, of builds: compilers
      locks/<64 hex>                        one file per lock that was ever taken
      tmp/                                  being written; whoever writes holds a lock on the file

What is in place is whole: objects are written to `tmp/` and then linked or renamed, so a process may be
killed at any moment. What was damaged later is noticed when it is read, removed, and made again by whoever
needs it. Import cost matters here: this package is on every warm path.
"""

from prebuilt_index.store.blobs import Incoming, digest_of_blob
from prebuilt_index.store.store import Bucket, Store

__all__ = ["Bucket", "Incoming", "Store", "digest_of_blob"]
