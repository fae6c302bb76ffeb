"""Wheels made from source trees, sdists and version control, for projects that offer none."""
