"""Does it pay to build a wheel for Lambda alone? numpy with an OpenBLAS of the kernels that Lambda runs.

The published library has kernels for all kinds of CPU and all of LAPACK. This one has those for CPUs with
AVX2, which Lambda promises, and with AVX-512, which it may have; the slow ones that run anywhere; and of
LAPACK what numpy calls.
"""
