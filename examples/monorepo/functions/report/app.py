"""A table as a page."""

import pandas as pd
from jinja2 import Template

PAGE = Template("<h1>{{ title }}</h1>{{ table }}")


def handler(event, context):
    rows = event.get("rows", [{"city": "Graz", "sales": 3}, {"city": "Linz", "sales": 5}])
    frame = pd.DataFrame(rows)
    return {"page": PAGE.render(title=event.get("title", "Sales"), table=frame.to_html(index=False))}
