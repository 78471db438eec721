"""The control room's server: people's accounts, the API that their browsers use, and its pages.

It runs in the process of the service.  What a request may do is decided in this order, each step
in one place:

``security``
    what may come in at all, who asks, whether they may, and how a refusal is told
``routes``
    one module for each kind of thing that can be asked for
``live_sockets``
    open WebSockets, which end with the session that opened them
``assets``
    the pages, built from ``web/``
``app``, ``server``
    all of it put together, and served

The modules are imported when a server is started, since Litestar alone takes a second to load.
"""
