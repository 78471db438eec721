"""Messages as hypothesis makes them: of any type, with any values that their fields can hold."""

from __future__ import annotations

from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from clearway.sapient.bindings import SapientMessage, Timestamp
from clearway.sapient.validate.names import real_oneof
from clearway.sapient.validate.plan import MESSAGE_DESCRIPTOR

_ULID = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=25, max_size=25).map(
    lambda text: f"0{text}"
)
_UUID = st.uuids(version=4).map(str)
_TEXT = st.one_of(st.text(max_size=12), _ULID, _UUID, st.sampled_from(["Walking", "a:b", "URL"]))
_VALUES: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
    FieldDescriptor.TYPE_INT32: st.integers(-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.TYPE_STRING: _TEXT,
}
_DEEPEST = 12


@st.composite
def messages(draw: st.DrawFn) -> SapientMessage:
    """Any message at all; hardly ever a valid one."""
    made = _message(draw, MESSAGE_DESCRIPTOR, 0)
    assert isinstance(made, SapientMessage)
    return made


def _message(draw: st.DrawFn, descriptor: Descriptor, depth: int) -> Message:
    made = message_factory.GetMessageClass(descriptor)()
    names = [field.name for field in descriptor.fields]
    most = 0 if depth >= _DEEPEST else 4 if depth else len(names)
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=most)):
        _fill(draw, made, descriptor.fields_by_name[name], depth)
    return made


def _fill(draw: st.DrawFn, made: Message, field: FieldDescriptor, depth: int) -> None:
    oneof = real_oneof(field)
    if oneof is not None and made.WhichOneof(oneof.name):
        return
    if field.is_repeated:
        entries = [_value(draw, field, depth) for _ in range(draw(st.integers(0, 2)))]
        getattr(made, field.name).extend(entries)
    elif field.message_type is not None:
        getattr(made, field.name).CopyFrom(_value(draw, field, depth))
    else:
        setattr(made, field.name, _value(draw, field, depth))


def _value(draw: st.DrawFn, field: FieldDescriptor, depth: int) -> Any:
    if field.message_type is not None and field.message_type.name == "Timestamp":
        moment = Timestamp()
        moment.FromDatetime(draw(st.datetimes()))
        return moment
    if field.message_type is not None:
        return _message(draw, field.message_type, depth + 1)
    if field.enum_type is not None:
        numbers = [value.number for value in field.enum_type.values]
        return draw(st.sampled_from([*numbers, 99, -1]))
    return draw(_VALUES[field.type])
