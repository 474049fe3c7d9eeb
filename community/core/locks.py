"""The numbers of PostgreSQL's advisory locks, in one place, so that no two mean the same.

Locks named by text (`hashtextextended`) live in the whole 64-bit space and need no entry.
"""

MIGRATION = 4_717_001
CLOCK = 4_717_002
SETUP = 4_717_003
BOOTSTRAP = 4_717_004
