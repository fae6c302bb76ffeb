"""What is imported only where it is: Chalice itself loads app.py to find the functions."""

import humanize
import numpy


def summary(readings):
    values = numpy.asarray(readings, dtype=float)
    return {"mean": round(float(values.mean()), 3), "count": humanize.intcomma(values.size)}
