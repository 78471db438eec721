"""Who may use the console: accounts, second factors, sessions and one-time invitations."""

from clearway.accounts.invitations import Invitation, Invitations
from clearway.accounts.names import check_name
from clearway.accounts.passwords import password_faults
from clearway.accounts.recording import Recorder
from clearway.accounts.sessions import Session, Sessions
from clearway.accounts.users import SignIn, User, Users

__all__ = [
    "Invitation",
    "Invitations",
    "Recorder",
    "Session",
    "Sessions",
    "SignIn",
    "User",
    "Users",
    "check_name",
    "password_faults",
]
