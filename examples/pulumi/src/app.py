"""The order of a day's readings: a pure package from the bundle, a compiled one from the layer."""

import humanize
import numpy


def handler(event, context):
    readings = numpy.asarray(event["readings"], dtype=float)
    return {"mean": round(float(readings.mean()), 3), "count": humanize.intcomma(readings.size)}
