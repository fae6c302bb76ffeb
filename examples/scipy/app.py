"""A handler that needs numpy, scipy and pandas."""

import numpy
import pandas
from scipy import stats


def handler(event, context):
    sample = numpy.asarray(event.get("sample", [1.0, 2.0, 3.0, 4.0]))
    described = pandas.Series(sample).describe()
    return {"mean": float(described["mean"]), "normal": float(stats.norm.cdf(sample.mean()))}
