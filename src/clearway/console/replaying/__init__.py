"""Any minute again: the plan and the alarms as they were shown then.

``course``
    which moment of the record is shown at which moment
``tape``
    the record, read ahead of time and away from the event loop
``commands``, ``player``
    what a page may ask for; one page that looks at the past
``recording``
    what can be looked at: from when until when, and where nothing was recorded
"""
