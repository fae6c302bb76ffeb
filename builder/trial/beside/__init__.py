"""What runs beside the function, here or in a container: any Python since 3.9, standard library only.

These modules, `builder.strays` and the packages above them are what a container gets of lbuild.
"""
