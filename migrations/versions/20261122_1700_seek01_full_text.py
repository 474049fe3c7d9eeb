"""full-text search: words of notes, gives, people and their positions, and who may be offered which

The words stand in indexes of expressions: no column holds them a second time, so nothing has to
keep them in step, and what is erased is erased there too. Building them takes a lock against
writes, for about a second per hundred thousand rows.
"""

from alembic import op

from migrations.ddl import TEAM, functions_of_search

revision = "seek01"
down_revision = "facts01"
branch_labels = None
depends_on = None

# As core.text.fold: no accents, no case. What is neither a letter nor a digit parts words, so that
# the parser of PostgreSQL sees no addresses, paths or signed numbers. Explicit ranges, because
# the classes of regular expressions depend on the cluster's locale.
WORDS_OF = r"""
CREATE FUNCTION words_of(written text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
  SELECT to_tsvector('pg_catalog.simple'::regconfig, regexp_replace(
    replace(replace(replace(replace(translate(
      lower(regexp_replace(normalize(written, NFKD), '[\u0300-\u036f]', '', 'g')),
      'øđłıς', 'odliσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g'))
$$
"""
WORDS_OF_PERSON = """
CREATE FUNCTION words_of_person(sought text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.words_of(sought || ' ' || array_to_string(tags, ' ')) $$
"""
WORDS_OF_GIVE = """
CREATE FUNCTION words_of_give(story text, thanks text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.words_of(story || ' ' || thanks) $$
"""
# What somebody looks for, one query a word: it begins with the word, or is it where that is short.
QUERIES_OF = """
CREATE FUNCTION queries_of(words text[]) RETURNS TABLE (word integer, query tsquery)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 4
AS $$
  SELECT asked.place::integer,
         (SELECT string_agg(quote_literal(part) || CASE WHEN length(part) < 3 THEN '' ELSE ':*' END,
                            ' & ')::tsquery
          FROM unnest(tsvector_to_array(public.words_of(asked.word))) part)
  FROM unnest(words) WITH ORDINALITY asked (word, place)
$$
"""
# Who may be shown a row at all, by its audience: never fewer than `visible(actor)` lets through,
# which filters outside. It is here so that other people's private rows are not even candidates.
OFFERED = """(sees_team AND {0}.audience = 'team') OR {0}.author_id = ANY (me)
         OR ({0}.audience = 'people' AND {0}.audience_people && me)
         OR ({0}.audience = 'circle' AND {0}.circle_id = ANY (circles))"""
ARGUMENTS = "words text[], me uuid[], circles uuid[], sees_team boolean"
SIGNATURE = "(text[], uuid[], uuid[], boolean)"
# One row for each word of the question that is in a thing. Without LIMIT: what is cut off must
# not depend on rows that are filtered later.
FUNCTION = (
    """
CREATE FUNCTION {name}("""
    + ARGUMENTS
    + """)
RETURNS TABLE (person_id uuid, id uuid, happened_at timestamptz, word integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public, pg_temp
AS $$ {body} $$
"""
)
EPOCH = "to_timestamp(0)"
PERSONS = f"""
  SELECT p.id, p.id, {EPOCH}, asked.word
  FROM public.queries_of(words) asked
  JOIN public.persons p ON p.team_id = {TEAM}
   AND public.words_of_person(p.sought, p.tags) @@ asked.query
  WHERE p.deleted_at IS NULL AND p.merged_into_id IS NULL AND ({OFFERED.format("p")})
  UNION
  SELECT p.id, p.id, {EPOCH}, asked.word
  FROM public.queries_of(words) asked
  JOIN public.positions held ON held.team_id = {TEAM} AND public.words_of(held.title) @@ asked.query
  JOIN public.persons p ON p.team_id = held.team_id AND p.id = held.person_id
  WHERE p.deleted_at IS NULL AND p.merged_into_id IS NULL AND ({OFFERED.format("p")})
"""
NOTES = f"""
  SELECT about.canonical_id, n.id, n.happened_at, asked.word
  FROM public.queries_of(words) asked
  JOIN public.notes n ON n.team_id = {TEAM} AND public.words_of(n.body) @@ asked.query
  JOIN public.persons about ON about.team_id = n.team_id AND about.id = n.person_id
  WHERE n.deleted_at IS NULL
    AND ({OFFERED.format("n")} OR (n.person_id = ANY (me) AND n.audience <> 'private'))
"""
GIVES = f"""
  SELECT s.receiver_id, s.give_id, s.happened_on::timestamp AT TIME ZONE 'UTC', asked.word
  FROM public.queries_of(words) asked
  JOIN public.give_words w ON w.team_id = {TEAM}
   AND public.words_of_give(w.story, w.thanks) @@ asked.query
  JOIN public.give_states s ON s.team_id = w.team_id AND s.give_id = w.give_id
  WHERE {OFFERED.format("s")} OR s.giver_id = ANY (me) OR s.receiver_id = ANY (me)
"""
FUNCTIONS = {"seek_persons": PERSONS, "seek_notes": NOTES, "seek_gives": GIVES}
INDEXES = {
    "persons": "words_of_person(sought, tags)",
    "positions": "words_of(title)",
    "notes": "words_of(body)",
    "give_words": "words_of_give(story, thanks)",
}
READ = ("positions", "notes", "give_words", "give_states")
BY_NAME = "search_persons(text, uuid[], uuid[], boolean, integer)"
HELPERS = (
    "words_of(text)",
    "words_of_person(text, text[])",
    "words_of_give(text, text)",
    "queries_of(text[])",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for made in (WORDS_OF, WORDS_OF_PERSON, WORDS_OF_GIVE, QUERIES_OF):
        op.execute(made)
    for table, words in INDEXES.items():
        op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (team_id, {words})")
    for table in READ:
        op.execute(f"CREATE POLICY search ON {table} FOR SELECT TO community_search USING (true)")
        op.execute(f"GRANT SELECT ON {table} TO community_search")
    for name, body in FUNCTIONS.items():
        op.execute(FUNCTION.format(name=name, body=body))
    functions_of_search(*(name + SIGNATURE for name in FUNCTIONS))
    # It answers a page of names; expecting a thousand, the planner read every person beside it.
    op.execute(f"ALTER FUNCTION {BY_NAME} ROWS 20")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"ALTER FUNCTION {BY_NAME} ROWS 1000")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}{SIGNATURE}")
    for table in READ:
        op.execute(f"REVOKE ALL ON {table} FROM community_search")
        op.execute(f"DROP POLICY search ON {table}")
    for table in INDEXES:
        op.execute(f"DROP INDEX ix_{table}_words")
    for signature in reversed(HELPERS):
        op.execute(f"DROP FUNCTION {signature}")
