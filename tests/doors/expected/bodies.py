"""What is sent to several doors."""

from typing import Any

PASSWORD = "correct horse battery"
SIGNING_IN = {"identifier": "zoelle", "school": "{school}", "password": PASSWORD}

NEW_BELLS = {
    "name": "Short day",
    "periods": [{"number": 1, "name": "1", "starts_at": "09:00", "ends_at": "09:30"}],
}
NEW_RULE = {"kind": "max_per_day", "subjects": [{"sort": "class", "id": "{class}"}], "parameters": {"hours": 5}}
NEW_INCIDENT = {"incident_type": "{incident_type_id}", "student": "{student}", "another_event": True}


def batch_of(what: str) -> dict[str, Any]:
    """A mark of a phone for nobody's register: a row is refused, not the batch."""
    mark = {what: "01a00000-0000-7000-8000-000000000001", "code": "N", "version": 0, "at": "2026-11-20T08:49:00Z"}
    registers = [{"register": "01a00000-0000-7000-8000-000000000000", "marks": [mark]}]
    return {"device": "phone", "key": "batch", "device_time": "2026-11-20T08:50:00Z", "registers": registers}


NEW_DETENTION = {"student": "{student}", "type": "{detention_type_id}", "reason": "Late"}
NEW_SLOT = {
    "type": "{detention_type_id}",
    "date": "2026-11-24",
    "starts_at": "15:30",
    "capacity": 5,
    "supervisors": ["{staff}"],
}

A_BROWSER = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/a",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
