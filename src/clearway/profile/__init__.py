"""Clearway's SAPIENT profile: what a person, a reading, a cue and an alert look like on the wire.

`clearway.sapient` knows messages and nothing of people; the engine knows people and nothing of
messages.  Everything that translates between the two is here, and both ends of a connection use
it: the service and the simulated nodes.
"""

from clearway.profile.alerts import alert_message
from clearway.profile.cues import Aim, aim_of, look_task
from clearway.profile.detections import DetectionReader, ProfileError, detection_message
from clearway.profile.identifiers import number_of, sensor_node_id, site_node_id, ulid_of
from clearway.profile.people import person_message
from clearway.profile.places import site_frame
from clearway.profile.registrations import fusion_registration, sensor_registration, status_message

__all__ = [
    "Aim",
    "DetectionReader",
    "ProfileError",
    "aim_of",
    "alert_message",
    "detection_message",
    "fusion_registration",
    "look_task",
    "number_of",
    "person_message",
    "sensor_node_id",
    "sensor_registration",
    "site_frame",
    "site_node_id",
    "status_message",
    "ulid_of",
]
