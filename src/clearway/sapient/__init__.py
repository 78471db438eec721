"""SAPIENT v2.0 (BSI Flex 335 v2.0:2024-03): the open interface between sensors and fusion.

Usable without the rest of Clearway: it knows messages, frames, rules, sessions, places and
classes, and nothing of people or threats.  From the bytes upwards:

``bindings``
    the generated message classes, imported here and nowhere else
``frames``
    messages cut out of a byte stream
``validate``
    is this message what the standard asks for?  Findings with stable ids
``files``
    messages from JSON and from files of frames
``taxonomy``, ``location``
    what a class name and a place on the wire mean
``session``, ``registry``
    who may say what when; pure state machines for both ends of a connection
``security``
    certificates, and which node may use which
``server``, ``client``
    the thin shells that own the sockets
"""
