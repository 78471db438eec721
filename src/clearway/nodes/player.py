"""One simulated sensor's messages and when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearway.fusion import Cue
from clearway.profile import Aim, detection_message, sensor_node_id, site_frame
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.location import Converter
from clearway.site.schema import Sensor, Site
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import Observation
from clearway.twin.under_way import UnderWay
from clearway.twin.world import START_NS, World

_CHUNK_S = 1.0
_NOBODY_IN_PARTICULAR = -1


class SensorPlayer:
    """Plays what one sensor of a simulated world sends, moved to another start.

    Parameters
    ----------
    site : Site
    sensor : Sensor
    crowd : Crowd
        The people, the same for all sensors of the site.
    seed : int
        The same for all sensors of the site.
    start_ns : int
        UTC at which the run begins.  A whole second keeps the engine's report times where they
        are in a run that is not live.
    """

    def __init__(self, site: Site, sensor: Sensor, crowd: Crowd, seed: int, start_ns: int) -> None:
        self.node_id = sensor_node_id(site, sensor)
        self.converter = Converter(site_frame(site))
        self._sensor = sensor
        self._world = World(site, crowd, seed, only={sensor.id})
        self._shift_ns = start_ns - START_NS

    def messages(self) -> Iterator[tuple[int, SapientMessage]]:
        """Everything that the sensor sends without being asked.

        Yields
        ------
        (int, SapientMessage)
            When the message is to arrive, in ascending order, and the message.
        """
        under_way = UnderWay()
        duration_s = self._world.crowd.duration_s
        for end_ns, observations in self._world.observations(duration_s, _CHUNK_S, 1):
            under_way.send(observations)
            for arrived, _ in under_way.arrivals(end_ns):
                yield from map(self._message, arrived)
        for arrived, _ in under_way.arrivals(None):
            yield from map(self._message, arrived)

    def look(self, aim: Aim, now_ns: int) -> tuple[int, SapientMessage]:
        """Fire one shot of a trace sensor at a place.

        Returns
        -------
        (int, SapientMessage)
            When the reading is to arrive, and the reading.
        """
        simulated_ns = now_ns - self._shift_ns
        # The place is where the person is to be at the shot; there is nothing left to lead.
        cue = Cue(self._sensor.id, _NOBODY_IN_PARTICULAR, simulated_ns, aim.x_m, aim.y_m, 0.0, 0.0)
        return self._message(self._world.respond(cue, simulated_ns))

    def _message(self, observation: Observation) -> tuple[int, SapientMessage]:
        detection = observation.detection
        moved = replace(
            detection,
            time_ns=detection.time_ns + self._shift_ns,
            received_ns=detection.received_ns + self._shift_ns,
        )
        return moved.received_ns, detection_message(moved, self.node_id, self.converter)
