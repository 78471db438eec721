"""Who may connect: certificates, TLS on both sides, and the list of nodes that are let in.

SAPIENT has neither encryption nor authentication; this is an addition (BSI Flex 335 v2.0 only
asks for TCP, 4.1).  A node proves its node id by a certificate of the site's own authority that
carries the id, and is let in while the id is on the site's list.

``authority``
    makes the site's authority, issues and renews certificates
``folder``
    what lies where in the site's folder, and what has been issued
``contexts``
    TLS 1.3 settings for either end, and what a failed handshake means
``identity``
    the node id in a certificate
``allow_list``
    which nodes are let in
``plain``
    from where connections without TLS are let in
``files``
    keys and certificates on disk
"""

from clearway.sapient.security.allow_list import AllowList
from clearway.sapient.security.authority import (
    create_authority,
    issue,
    issue_site,
    renew,
    revoke,
)
from clearway.sapient.security.contexts import (
    client_context,
    handshake_problem,
    node_context,
    server_context,
)
from clearway.sapient.security.folder import (
    ALLOW_LIST,
    AUTHORITY,
    Credentials,
    Issued,
    credentials_of,
    issued,
)
from clearway.sapient.security.identity import node_id_of, peer_node_id
from clearway.sapient.security.plain import permits_plain

__all__ = [
    "ALLOW_LIST",
    "AUTHORITY",
    "AllowList",
    "Credentials",
    "Issued",
    "client_context",
    "create_authority",
    "credentials_of",
    "handshake_problem",
    "issue",
    "issue_site",
    "issued",
    "node_context",
    "node_id_of",
    "peer_node_id",
    "permits_plain",
    "renew",
    "revoke",
    "server_context",
]
