"""Search by name behind one function, so that a faster one can take its place.

It runs as the caller, behind the wall: row-level security narrows to the school's people first, by index.
"""

from django.db import migrations

_FORWARD = """
CREATE FUNCTION people_search(wanted text, most int) RETURNS TABLE (person_id uuid, score real)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
  SELECT p.id, avg(greatest(
      CASE WHEN ' ' || p.search_name LIKE '% ' || w || '%' THEN 1 ELSE 0 END,
      strict_word_similarity(w, p.search_name)
    ))::real AS score
  FROM people_person p CROSS JOIN unnest(string_to_array(wanted, ' ')) AS w
  WHERE p.school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)
  GROUP BY p.id
  HAVING bool_and(' ' || p.search_name LIKE '% ' || w || '%' OR strict_word_similarity(w, p.search_name) >= 0.4)
  ORDER BY score DESC, p.id LIMIT most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunSQL(_FORWARD, "DROP FUNCTION people_search(text, int)")]
