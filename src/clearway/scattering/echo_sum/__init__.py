"""The sum of facet echoes into the sweep of an array: most of a simulated sweep's time.

`choice` has the function and names the back ends.  `exact` is a matrix product per frequency;
`native` drives the compiled `kernels` with the approximations of `expansion`, whose cost does not
depend on the number of frequencies.
"""

from clearway.scattering.echo_sum.choice import IS_COMPILED, backend_names, echo_sum

__all__ = ["IS_COMPILED", "backend_names", "echo_sum"]
