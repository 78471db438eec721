"""What stands between the network and the operations of the console.

``fence``
    outermost: what needs no knowledge of the request's meaning
``authentication``, ``access``
    who asks, and whether their role may
``rates``
    how often
``problems``
    how a refusal is told
``refusal_log``
    what is noted of refusals
``headers``
    what every answer tells the browser
"""
