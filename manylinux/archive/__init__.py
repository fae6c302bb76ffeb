"""Zips and RECORDs written so that equal content gives equal bytes, on every host."""
