"""What open pages are told without asking: people at sensor rate, all else when it changes.

``messages``
    what is sent, besides the binary frames of `clearway.console.frames`
``outbox``
    what waits for one slow client: the latest of everything, and never more
``alarm_board``
    alarms as messages, each made once for all who are shown the same
``figures``
    sensors and statistics, each looked at once for all
``plan``
    the plan as frames, the whole of it and a guard's own
``listener``, ``broadcast``
    one open page; all of them, and what each is told
"""
