STAMP = 0


def handler(event, context):
    return {"stamp": STAMP}
