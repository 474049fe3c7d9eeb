"""What the program costs: CPU milliseconds a request, beside a floor and a plain server.

Three servers answer the same requests over the same rows, in alternation within one run:

ours    the whole application: authentication, rights, row-level security, validation
floor   bare WSGI, psycopg and orjson, doing equal work in as few statements as can be
plain   bare Flask and SQLAlchemy, without authentication

`python -m bench --size S` prints one table and writes bench/results/<time>.json. Nothing here
asserts a time.
"""
