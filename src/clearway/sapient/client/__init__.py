"""The edge side of SAPIENT on a socket."""

from clearway.sapient.client.client import Client
from clearway.sapient.client.events import ClientEvent, Throttled
from clearway.sapient.client.settings import ClientSettings

__all__ = ["Client", "ClientEvent", "ClientSettings", "Throttled"]
