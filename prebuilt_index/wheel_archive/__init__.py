"""Wheels as archives: read by our own header walker, verified once by full inflation, described by a member
table.

A raw copy of compressed bytes is only as good as the reading before it, so no member may be copied before it
has been inflated to its end and hashed against RECORD. Rules Z1 to Z32 stand beside their checks.
"""

from prebuilt_index.wheel_archive.table import Member, VerifiedWheel

__all__ = ["Member", "VerifiedWheel"]
