import numpy as np
import pytest

from clearway.domain.detection import Covariance
from clearway.errors import ArgumentError
from clearway.fusion.registration import OffsetBelief, scale_of

STATED = Covariance(0.09, 0.02, 0.04)
MATRIX = np.array([[0.09, 0.02], [0.02, 0.04]])


def matrix(covariance: Covariance) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[covariance.xx, covariance.xy], [covariance.xy, covariance.yy]])


def belief(*shares: float, memory_passages: float = np.inf) -> OffsetBelief:
    return OffsetBelief(STATED, shares, memory_passages)


def told(of: OffsetBelief, offset_m: tuple[float, float], sigma: float) -> None:
    """One passage that locates the offset with an isotropic error in scaled coordinates."""
    x, y = np.linalg.solve(of.scale, np.array(offset_m))
    precision = sigma**-2
    terms = [-0.5 * precision * (x * x + y * y), precision * x, precision * y]
    terms += [-0.5 * precision, 0.0, -0.5 * precision]
    coefficients = np.tile(terms, (len(of.shares), 1, 1))
    of.replace(0.0, of.polynomial(coefficients)[0])


def test_before_any_passage_the_offset_has_its_share_of_the_stated_covariance() -> None:
    offset = belief(0.0, 0.25, 0.5).offset
    assert (offset.east_m, offset.north_m) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert offset.share == pytest.approx(0.25)
    # The grid ends at 3.5 standard deviations, within which lies 98 % of the variance.
    assert matrix(offset.covariance_m2) == pytest.approx(0.25 * MATRIX, rel=0.03)


def test_a_sensor_known_to_have_no_offset_keeps_none() -> None:
    sensor = belief(0.0)
    told(sensor, (0.3, 0.0), 0.2)
    assert sensor.offset.east_m == 0.0
    assert matrix(sensor.offset.covariance_m2) == pytest.approx(MATRIX / 768)


def test_the_posterior_of_gaussian_passages_is_the_conjugate_one() -> None:
    sensor = belief(0.5)
    measured, sigma, n = np.array([0.12, -0.08]), 0.4, 6
    for _ in range(n):
        told(sensor, (0.12, -0.08), sigma)
    gain = n * sigma**-2 / (n * sigma**-2 + 1 / 0.5)
    offset = sensor.offset
    assert (offset.east_m, offset.north_m) == pytest.approx(tuple(gain * measured), abs=1e-4)
    expected = MATRIX / (n * sigma**-2 + 1 / 0.5) + MATRIX / 768  # the grid's own cell
    assert matrix(offset.covariance_m2) == pytest.approx(expected, rel=1e-3)


def test_a_large_offset_speaks_for_a_large_share() -> None:
    shares = []
    for north_m in (0.0, 0.1, 0.2, 0.3):
        sensor = belief(0.0, 0.1, 0.25, 0.5, 0.75)
        told(sensor, (0.0, north_m), 0.2)
        shares.append(sensor.offset.share)
    assert shares == sorted(shares)
    assert shares[0] < 0.15
    assert shares[-1] > 0.5


def test_what_a_passage_told_is_replaced_not_added() -> None:
    once, replaced = belief(0.25, 0.5), belief(0.25, 0.5)
    told(once, (0.2, 0.1), 0.3)
    first = np.linspace(-3.0, 0.0, len(replaced.weights))
    replaced.replace(0.0, first)
    before = once.weights
    told(replaced, (0.2, 0.1), 0.3)
    replaced.replace(first, np.zeros_like(first))
    assert replaced.weights == pytest.approx(before, abs=1e-12)


def test_a_fading_memory_returns_to_the_prior() -> None:
    sensor = belief(0.25, 0.5, memory_passages=10.0)
    prior = sensor.weights
    for _ in range(20):
        told(sensor, (0.2, 0.1), 0.3)
    distances = []
    for _ in range(200):
        assert sensor.fade() == pytest.approx(0.9)
        distances.append(float(np.abs(sensor.weights - prior).sum()))
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 0.1
    assert distances[-1] < 1e-6


@pytest.mark.parametrize(
    "stated", [(0.0, 0.0, 0.04), (0.09, 0.06, 0.04), (-0.1, 0.0, -0.1), (np.nan, 0.0, 0.1)]
)
def test_what_is_no_covariance_is_refused(stated: tuple[float, float, float]) -> None:
    with pytest.raises(ArgumentError, match="is no covariance of a position"):
        scale_of(Covariance(*stated))
