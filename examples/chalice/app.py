"""A function of Chalice's; its packages are in the layer that lbuild makes."""

from chalice import Chalice

app = Chalice(app_name="lbuild-example")


@app.lambda_function()
def mean(event, context):
    from chalicelib.readings import summary

    return summary(event["readings"])
