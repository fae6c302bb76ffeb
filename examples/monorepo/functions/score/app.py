"""A model that says on which side of a line a point lies."""

import pandas as pd
from sklearn.linear_model import LogisticRegression

POINTS = pd.DataFrame({"a": [0, 0, 1, 1, 2, 2], "b": [0, 1, 0, 1, 1, 2]})
MODEL = LogisticRegression().fit(POINTS, [0, 0, 0, 1, 1, 1])


def handler(event, context):
    point = pd.DataFrame({"a": [event.get("a", 2)], "b": [event.get("b", 2)]})
    return {"side": int(MODEL.predict(point)[0])}
