"""A web application on Zappa: Flask, with a compiled package."""

import numpy
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return "Readings, if you please: /mean?reading=1&reading=2\n"


@app.get("/mean")
def mean():
    readings = numpy.asarray(request.args.getlist("reading"), dtype=float)
    return {"mean": float(readings.mean()) if readings.size else None}
