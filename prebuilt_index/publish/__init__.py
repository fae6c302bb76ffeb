"""How does an index get from a folder to where others read it, and stay whole meanwhile?

    publishing    what is missing is sent, files before pages; several publishers at once lose nothing
    pages         pages there are made to fit the entries there
    place         what publishing needs of a place; `folder` and `bucket` are such places

Why no wheel is lost: a wheel is part of the index once its entry is there, and entries are only ever added.
Who writes a page notes its state before listing the entries, and replaces only that state. So a page that was
replaced meanwhile is made anew, from a list that has all that the other publisher knew.
"""
