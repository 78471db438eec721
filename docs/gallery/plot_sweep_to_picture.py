"""
From a sweep file to a picture
==============================

A panel of 24 transmitters and 24 receivers looks at two points 60 cm away. The sweep is simulated
and written to a file; from there on everything is as with a measured one: read the file, form the
image, draw it.

The picture shows the strongest levels from three sides, and the depth as colour. The last line
says how far the brightest voxel lies from the stronger point. Voxels are 5 mm wide, and the point
lies between them, so up to half their diagonal, 4.3 mm, is the grid's doing.
"""

from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np

from clearway.imaging import Grid, backproject
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.files import read_sweep, write_sweeps
from clearway.imaging.pictures.picture import draw_image

panel = jittered_panel(24, 24, np.random.default_rng(1), width_m=0.8, height_m=0.8)
points_m = [[0.112, 0.601, 0.523], [-0.084, 0.653, 0.352]]
echoes = point_echoes(panel, np.linspace(8e9, 18e9, 64), points_m, [1.0, 0.7])
with TemporaryDirectory() as folder:
    write_sweeps(f"{folder}/two_points.zarr", [echoes])
    sweep = read_sweep(f"{folder}/two_points.zarr")

grid = Grid.over((-0.25, 0.5, 0.2), (0.25, 0.75, 0.7), 0.005)
peak = draw_image(plt.figure(), backproject(sweep, grid, "hann"), grid, title="Two points")
print(f"{1e3 * np.linalg.norm(np.subtract(peak.position_m, points_m[0])):.1f} mm")
