"""The audit log: who did what, kept so that nobody can rewrite it unseen.

Every record is chained to all before it by its hash, and every few minutes the hashes are signed
and leave the machine.  A year later anybody who holds the public key can find out whether a record
was changed, removed, put in, moved or cut off, and which.  What may be personal lies beside the
chain, encrypted, so that it can be erased and the erasure be proven.

``record``
    one record, its canonical bytes and its hash
``vault``
    payloads that can be erased
``chain``, ``reading``
    the log in its database: adding and erasing; reading it as it is found
``checkpoint``, ``keys``, ``export``
    signed hashes, the key that signs them, and the folder they leave for
``verify``
    the check, which names what is wrong; ``walk`` finds each record's place in the chain,
    ``witness`` knows what was exported
"""

from clearway.audit.chain import AuditLog
from clearway.audit.checkpoint import Checkpoint, SignedCheckpoint
from clearway.audit.export import PUBLIC_KEY, export_checkpoints, read_checkpoints
from clearway.audit.fault import AuditFault, FaultKind
from clearway.audit.keys import fingerprint, read_public_key, signing_key
from clearway.audit.reading import AuditReader, StoredRecord
from clearway.audit.record import AuditRecord, printable
from clearway.audit.verify import Erasure, Verdict, verify

__all__ = [
    "PUBLIC_KEY",
    "AuditFault",
    "AuditLog",
    "AuditReader",
    "AuditRecord",
    "Checkpoint",
    "Erasure",
    "FaultKind",
    "SignedCheckpoint",
    "StoredRecord",
    "Verdict",
    "export_checkpoints",
    "fingerprint",
    "printable",
    "read_checkpoints",
    "read_public_key",
    "signing_key",
    "verify",
]
