"""Ways of forming the same image, and the choice between them.

`choice` names them.  `native` drives the compiled `kernels` with a `schedule` of the channels and a
`tiling` of the grid; `vectorised` needs no compiler, `cuda` a graphics card; `reference` is exact
and slow, `range_migration` fast for dense flat scans.
"""
