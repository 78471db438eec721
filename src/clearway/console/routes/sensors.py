"""How sensors do, and taking one that is known to be wrong out of the alarms for a while."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from clearway.accounts import Session
from clearway.alarms import Permission, ShelveSensor, UnshelveSensor
from clearway.console.acts import actor_of, do
from clearway.console.context import ConsoleContext
from clearway.console.routes.values import PathText, Remark
from clearway.console.security.access import needs
from clearway.console.security.problems import Refusal
from clearway.console.sensor_view import SensorHealthView, sensors_now
from clearway.domain import NANOSECONDS

__all__ = ["router"]

_MINUTE_NS: Final = 60 * NANOSECONDS
_SHELVER = needs(Permission.SHELVE)

SensorRequest = Request[Session, str, Any]
Context = NamedDependency[ConsoleContext]
SensorId = FromPath[PathText]


class Shelving(Struct, frozen=True, forbid_unknown_fields=True):
    """For how long, and what is wrong with it."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]
    reason: Remark


@get("/", access=needs(Permission.SEE_SENSORS), operation_id="list_sensors")
async def list_sensors(context: Context) -> list[SensorHealthView]:
    """How all sensors do, in the order of the site file."""
    return [*sensors_now(context)]


@post("/{sensor_id:str}/shelve", access=_SHELVER, operation_id="shelve_sensor", status_code=200)
async def shelve(
    request: SensorRequest, sensor_id: SensorId, data: JSONBody[Shelving], context: Context
) -> SensorHealthView:
    """Let it call nobody by itself for a while; what it finds is listed all the same."""
    _find(context, sensor_id)
    now_ns = context.clock_ns()
    act = ShelveSensor(
        actor=actor_of(request),
        time_ns=now_ns,
        sensor=sensor_id,
        until_ns=now_ns + data.minutes * _MINUTE_NS,
        reason=data.reason,
    )
    await do(context, act)
    return _find(context, sensor_id)


@post("/{sensor_id:str}/unshelve", access=_SHELVER, operation_id="unshelve_sensor", status_code=200)
async def unshelve(
    request: SensorRequest, sensor_id: SensorId, context: Context
) -> SensorHealthView:
    """Let it ring again before its time."""
    _find(context, sensor_id)
    now_ns = context.clock_ns()
    await do(context, UnshelveSensor(actor=actor_of(request), time_ns=now_ns, sensor=sensor_id))
    return _find(context, sensor_id)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/sensors", route_handlers=[list_sensors, shelve, unshelve], tags=["sensors"])


def _find(context: ConsoleContext, sensor_id: str) -> SensorHealthView:
    found = next((one for one in sensors_now(context) if one.id == sensor_id), None)
    if found is None:
        raise Refusal(404, "no-such-sensor", "There is no such sensor.", "Name one of the site.")
    return found
