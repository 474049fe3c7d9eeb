"""A tool for teams that build relationships instead of collecting contacts.

One package a feature, one file name a layer (models, policy, queries, notices,
actions, schemas, api, portal, jobs, cli). Packages import downwards only:

embedded        the one-command installation: starts and supervises database, queue, web, worker, clock
worker          the RQ worker, the clock, and SCHEDULE: the one list of periodic jobs
app             create_app: the web, composed from the features
installation    what every process and command is configured with, web or not
operation       db, backup, restore, doctor: the operator's commands; reads core and journal only
demo            the sample team
home            today, the person page, search and palette: pages that read many features
exchange        import and export
records         merge, erasure, subject export: driven by what each column declares
reciprocity     measures kept from the ledger
ledger          gives, acknowledgements, corrections, thanks
relationships   ties between members and people: how they met
accounts        sign-in, sessions, API tokens, own profile; invitations, members, circles, agreement, the team
people          persons, addresses, positions, organisations, relations, the team's own fields, notes
capacity        commitments that features write
notifications   notices, preferences, delivery by mail
journal         append-only audit with seals
identity        users, teams, memberships, the Actor, circles, audience
web             Flask glue shared by features
core            database, clock, errors, outbox, mail, fields; knows no feature and no request
"""
