"""A cue as a task to look at one place (BSI Flex 335 v2.0, 6.5)."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.domain import seconds
from clearway.fusion import Cue
from clearway.profile.identifiers import ulid_of
from clearway.profile.wire import envelope
from clearway.sapient.bindings import SapientMessage, Task
from clearway.sapient.location import Converter, LocationError


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a cued sensor is to look, site frame."""

    x_m: float
    y_m: float


def look_task(
    cue: Cue,
    clock_ns: int,
    aim_delay_s: float,
    node_id: str,
    sensor_node_id: str,
    converter: Converter,
) -> SapientMessage:
    """Ask a sensor to look where the person will be.

    A task has no velocity, so the lead is put into the place: the person walks on until the
    sensor, which needs ``aim_delay_s``, is ready.

    Parameters
    ----------
    cue : Cue
    clock_ns : int
        When the task is sent.
    aim_delay_s : float
        From the task to the look.
    node_id, sensor_node_id : str
        Of the service and of the sensor.
    converter : Converter
    """
    lead_s = seconds(clock_ns - cue.time_ns) + aim_delay_s
    place = converter.to_wire(
        cue.x_m + lead_s * cue.velocity_x_m_s, cue.y_m + lead_s * cue.velocity_y_m_s, 0.0, None
    )
    message = envelope(clock_ns, node_id, sensor_node_id)
    task = message.task
    task.task_id = ulid_of(clock_ns, "task", sensor_node_id, cue.track_id)
    task.control = Task.CONTROL_START
    task.command.look_at.location_list.locations.append(place)
    return message


def aim_of(message: SapientMessage, converter: Converter) -> Aim | None:
    """Where a task asks to look; None if it asks for something else or names no usable place."""
    task = message.task
    if task.control != Task.CONTROL_START or task.command.WhichOneof("command") != "look_at":
        return None
    places = task.command.look_at.location_list.locations
    if not places:
        return None
    try:
        place = converter.to_site(places[0])
    except LocationError:
        return None
    return Aim(place.x_m, place.y_m)
