"""How much the fault tests do: little in the checks, the promised figures by `make faults`.

COMMUNITY_FAULTS=full asks for the figures of the promises, and a share such as 0.1 for that
part of them; without it the checks' few are done. Here they stand side by side.
"""

import os


def _share(said: str) -> float:
    if said in ("", "full"):
        return 1.0 if said else 0.0
    share = float(said)
    if not 0 < share <= 1:
        raise ValueError("COMMUNITY_FAULTS is `full` or a share of it above 0, such as 0.1.")
    return share


SHARE = _share(os.environ.get("COMMUNITY_FAULTS", ""))
# What is waited for in real time, such as the minute of a dead worker's leases, and not cut short.
FULL = SHARE > 0


def size(checks: int, full: int) -> int:
    """How many: `checks`, or what is asked for of `full` where that is more."""
    return max(checks, round(full * SHARE))


# P1: kill -9 of web, of one of its workers, and of PostgreSQL, each; acknowledged writes.
KILLS = size(5, 100)
WRITES = size(100, 100_000)
CLIENTS = 8 if FULL else 4
# P2: requests sent one to five times at once.
KEYS_AT_ONCE = size(20, 10_000)
# P3: deaths between statements; every point of the transaction once, at the least.
DEATHS = size(1, 1_000)
# P4: rounds of every harm there is; mails meanwhile; how soon all are out.
ROUNDS = size(1, 50)
MAILS = size(20, 1_000)
HEALED_SECONDS = 120.0
# P5: deaths between the mail server's yes and the commit.
DEATHS_WHILE_SENDING = size(1, 10)
# P7: reads of whole tables, and requests, by twenty threads on two connections.
FOREIGN_READS = size(4_000, 1_000_000)
FOREIGN_REQUESTS = size(200, 20_000)
# P10: the queue's server is away.
AWAY_SECONDS = float(size(3, 600))
# P11: mails to a server that is slow, away, or says no.
MAILS_A_MODE = size(3, 200)
# P16: restarts of every process in turn.
RESTARTS = size(1, 50)
# P17: tries with each of the 19 endings, a thousand together.
TRIES = size(2, 53)
# Answers to known and to unknown users, timed, in each way to sign in; how well they may be told
# apart (0.5 is not at all). Few of them scatter more.
TIMINGS = size(80, 2_000)
TOLD_APART = 0.55 if FULL else 0.7
# Cards made up for the way in, out and in again.
CARDS = size(60, 1_000)
