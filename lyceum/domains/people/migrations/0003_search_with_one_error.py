"""Search by name that forgives one typing error in a word, and finds parts of names in scripts without blanks.

The caller gives each word and a pattern of the words one error away from it. Trigrams alone miss two swapped
letters in a short name; the pattern alone would be slow over a whole school: it is asked only where the
trigrams say that the name is anywhere near. The function before it stays for processes that still run the
version before.
"""

from django.db import migrations

_FORWARD = """
CREATE FUNCTION people_search(words text[], near text[], most int) RETURNS TABLE (person_id uuid, score real)
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
    dependencies = [("people", "0002_search")]

    operations = [migrations.RunSQL(_FORWARD, "DROP FUNCTION people_search(text[], text[], int)")]
