"""The control room: what its people see, decide and are told, and the record of it."""
