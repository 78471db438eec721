"""Who is let in, as the site and its list say."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.errors import InputError
from clearway.nodes.fleet import demonstration_certificates
from clearway.sapient.security import ALLOW_LIST
from clearway.service.admission import certified, uncertified
from clearway.site.schema import Site
from tests.service.feeding import sensor_id_of

STRANGER = "0b0f0c9e-7a4e-4c7e-8f1d-3f1f9b7f2a11"


def plain(site: Site, *networks: str) -> Site:
    raw = site.model_dump(mode="json")
    raw["service"] |= {"plain": True, "plain_networks": networks}
    return Site.model_validate(raw)


@pytest.fixture(scope="module")
def authority(station: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration_certificates(tmp_path_factory.mktemp("site") / "certificates", station)


def test_with_certificates_the_list_counts_anew_each_time(station: Site, authority: Path) -> None:
    notices: list[str] = []
    admission = certified(station, authority, notices.append)
    assert admission.tls is not None
    assert admission.identify is not None
    assert admission.permits_host is None
    camera = sensor_id_of(station, "camera-1")
    assert admission.permits_node(camera)
    assert not admission.permits_node(STRANGER)
    path = authority / ALLOW_LIST
    listed = path.read_text(encoding="utf-8")
    try:
        path.write_text(
            "\n".join(line for line in listed.splitlines() if camera not in line),
            encoding="utf-8",
        )
        assert not admission.permits_node(camera)
        path.write_text("no node id\n", encoding="utf-8")
        assert notices == []
        assert not admission.permits_node(camera)
        assert notices[0].startswith("nobody new is let in: ")
    finally:
        path.write_text(listed, encoding="utf-8")
    assert admission.permits_node(camera)


def test_a_list_that_cannot_be_read_is_told_at_the_start(station: Site, tmp_path: Path) -> None:
    folder = demonstration_certificates(tmp_path / "certificates", station)
    (folder / ALLOW_LIST).write_text("no node id\n", encoding="utf-8")
    with pytest.raises(InputError, match="no UUID"):
        certified(station, folder, lambda _: None)


def test_without_certificates_the_network_counts(station: Site) -> None:
    admission = uncertified(plain(station, "10.1.2.0/24"), "10.1.2.3")
    assert admission.tls is None
    assert admission.permits_node(STRANGER)  # whether the site has it is asked elsewhere
    assert admission.permits_host is not None
    hosts = ("127.0.0.1", "10.1.2.77", "10.1.3.77", "::ffff:10.1.2.4", "fe80::1%eth0")
    assert [admission.permits_host(host) for host in hosts] == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("networks", "host", "field"),
    [(None, "127.0.0.1", "service.certificates"), ((), "10.1.2.3", "service.plain_networks")],
)
def test_where_nobody_may_come_that_way_it_is_refused(
    station: Site, networks: tuple[str, ...] | None, host: str, field: str
) -> None:
    site = station if networks is None else plain(station, *networks)
    with pytest.raises(InputError) as refused:
        uncertified(site, host)
    assert [fault.field for fault in refused.value.faults] == [field]
