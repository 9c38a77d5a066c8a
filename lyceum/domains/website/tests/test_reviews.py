"""Reviews: anybody writes, nobody reads before somebody has looked, and the stars are the author's."""

import pytest

from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import Review
from lyceum.testing.clients import Caller, browser, stranger
from lyceum.testing.factories import in_school, make_manager

pytestmark = pytest.mark.django_db
REVIEWS = "/api/v1/reviews/"
HOSTILE = "<script>alert(1)</script> Awful lunches, call me at 0170 1234567 about them."
SHORTENED = "<script>alert(1)</script> Awful lunches, call me at … about them."


def written(school: School, *, stars: int = 5, body: str = "A good place to learn.", who: str = "ann") -> str:
    given = {"author_name": who.title(), "author_email": f"{who}@mail.example", "rating": stars, "body": body}
    answer = stranger(school, REMOTE_ADDR=f"192.0.2.{sum(map(ord, who)) % 250}").send(REVIEWS, given)
    assert answer.status_code == 201, answer.content
    assert answer.json()["status"] == "pending"
    return str(answer.json()["id"])


def shown(school: School) -> dict:
    return stranger(school).get(REVIEWS).json()


def test_a_review_with_a_script_waits_unseen_and_is_shown_shortened(school, admin):
    row = written(school, stars=1, body=HOSTILE)
    assert (shown(school)["items"], shown(school)["count"]) == ([], 0)
    assert stranger(school).get(f"{REVIEWS}{row}/").status_code == 404

    refused = admin.send(f"{REVIEWS}{row}/reject/", {"reason_code": "low_rating"})
    without = admin.send(f"{REVIEWS}{row}/", {"status": "rejected"}, method="patch")
    prettier = admin.send(f"{REVIEWS}{row}/", {"body": "Lovely lunches."}, method="patch")
    higher = admin.send(f"{REVIEWS}{row}/", {"rating": 5}, method="patch")
    done = admin.send(f"{REVIEWS}{row}/", {"body": SHORTENED, "status": "published"}, method="put")

    assert (refused.status_code, refused.json()["code"]) == (422, "reason_required")
    assert (without.status_code, without.json()["code"]) == (422, "reason_required")
    assert (prettier.status_code, prettier.json()["code"]) == (422, "words_changed")
    assert (higher.status_code, higher.json()["code"]) == (422, "rating_fixed")
    assert done.status_code == 200, done.content
    seen = shown(school)["items"][0]
    assert (seen["body"], seen["is_shortened"], seen["rating"]) == (SHORTENED, True, 1)
    assert "author_email" not in seen
    with in_school(school):
        assert Review.objects.get().original == HOSTILE


def test_the_mean_is_over_all_that_are_published_with_one_decimal(school, admin):
    for who, stars in (("ann", 5), ("bob", 4), ("cyd", 4), ("dee", 1)):
        row = written(school, stars=stars, who=who)
        if who != "dee":
            admin.send(f"{REVIEWS}{row}/publish/")

    assert (shown(school)["mean"], shown(school)["count"]) == (4.3, 3)
    assert len(admin.get(REVIEWS).json()["items"]) == 4
    assert [each["author_name"] for each in admin.get(f"{REVIEWS}?status=pending").json()["items"]] == ["Dee"]
    assert shown(School.objects.get(name="Oak School"))["count"] == 0


def test_one_author_writes_once_and_again_after_taking_it_back(school):
    given = {"author_name": "Ann", "author_email": "Ann@mail.example", "rating": 4, "body": "A good place to learn."}
    first = stranger(school).send(REVIEWS, given)
    again = stranger(school).send(REVIEWS, given | {"author_email": "ANN@MAIL.example"})

    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    assert stranger(school).post(first.json()["withdraw"]).status_code == 200
    assert stranger(school).send(REVIEWS, given).status_code == 201
    assert stranger(School.objects.get(name="Oak School")).post(first.json()["withdraw"]).status_code == 404


def test_too_many_from_one_address_wait_and_are_told_how_long(school):
    caller = stranger(school)
    given = {"author_name": "Ann", "rating": 4, "body": "A good place to learn."}
    answers = [caller.send(REVIEWS, given | {"author_email": f"a{n}@mail.example"}) for n in range(11)]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert answers[-1].json()["code"] == "wait"
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


def test_a_deleted_review_leaves_the_record_of_its_moderation(school, admin):
    row = written(school, stars=2)
    admin.send(f"{REVIEWS}{row}/reject/", {"reason_code": "off_topic"})

    assert admin.send(f"{REVIEWS}{row}/", {"reason": "asked by the author"}, method="delete").status_code == 204

    with in_school(school):
        entries = AuditEntry.objects.filter(target_id=row).order_by("at").values_list("action", "reason")
        assert list(entries) == [
            ("website.review.write", ""),
            ("website.review.decide", "off_topic"),
            ("website.review.remove", "asked by the author"),
        ]


@pytest.mark.parametrize(
    "values",
    [{"rating": 6}, {"rating": 0}, {"body": "short"}, {"author_email": "nobody"}, {"author_name": " "}, {"extra": 1}],
)
def test_what_is_no_review_is_refused(school, values):
    given = {"author_name": "Ann", "author_email": "ann@mail.example", "rating": 4, "body": "A good place to learn."}

    assert stranger(school).send(REVIEWS, given | values).status_code == 422


def test_an_answer_of_the_school_stands_beside_the_review(school, admin: Caller):
    row = written(school)
    admin.send(f"{REVIEWS}{row}/publish/")
    admin.send(f"{REVIEWS}{row}/reply/", {"reply": "Thank you."})
    assert shown(school)["items"][0]["reply"] == "Thank you."

    admin.send(f"{REVIEWS}{row}/hide/")

    assert shown(school)["items"] == []


def test_moderators_decide_by_every_door(school, admin):
    rows = [written(school, who=who) for who in ("ann", "bob", "cyd")]
    office = browser(make_manager(school, "Website"), school)
    mutation = "mutation($id: ID!, $r: String!) { rejectReview(id: $id, reasonCode: $r) { errors { code } } }"

    def by_graphql(reason: str) -> list[dict]:
        answer = admin.send("/graphql", {"query": mutation, "variables": {"id": rows[2], "r": reason}}).json()
        return answer["data"]["rejectReview"]["errors"]

    assert office.post("/site/reviews/", {"row": rows[0], "act": "reject", "reason": "stars"}).status_code == 422
    assert [each["code"] for each in by_graphql("stars")] == ["reason_required"]
    assert admin.send(f"{REVIEWS}{rows[1]}/publish/").status_code == 200
    assert office.post("/site/reviews/", {"row": rows[0], "act": "publish"}).status_code == 302
    assert by_graphql("duplicate") == []
    assert shown(school)["count"] == 2
    seen = admin.send("/graphql", {"query": "{ reviews(first: 5) { edges { node { authorName state } } } }"}).json()
    assert [each["node"]["state"] for each in seen["data"]["reviews"]["edges"]] == [
        "rejected",
        "published",
        "published",
    ]
