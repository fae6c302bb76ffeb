"""How a wheel is made that loads on a runtime: the ways to compile one, each behind the port of `port`.

    zig       C and C++ for either architecture, by a compiler that lbuild fetches; no container
    local     the compilers of this machine, where it is the target in all that counts
    docker    the compilers of a container image, and the libraries of its system

What a backend needs of packages is resolved and fetched by `builder`, and handed over as wheels.
"""
