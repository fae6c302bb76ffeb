"""One bundle from many wheels: every path decided first, then written by copying compressed bytes."""
