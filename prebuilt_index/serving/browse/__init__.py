"""What does a person see who opens an index in a browser?

Pages without anything from elsewhere, whole without JavaScript; the one script only filters what is shown.
"""
