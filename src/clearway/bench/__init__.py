"""How fast and how exact Clearway is, beside others that solve the same problem."""
