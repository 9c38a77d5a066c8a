"""The public site of Hillcrest: a home page, three more, its team, partners, alumni and what people think of it."""

import io

from lyceum.core.actor import Actor, Via, public_actor, system_actor
from lyceum.demo.build import Demo
from lyceum.domains.tenancy.rules import edit_school
from lyceum.domains.website.rules.about import NewValue, add_team_member, edit_about_us
from lyceum.domains.website.rules.alumni import create_profile
from lyceum.domains.website.rules.menu import NewItem, set_menu
from lyceum.domains.website.rules.messages import send_message
from lyceum.domains.website.rules.pages import create_page, publish_page
from lyceum.domains.website.rules.partners import add_partner
from lyceum.domains.website.rules.pictures import add_picture
from lyceum.domains.website.rules.reviews import publish_review, reply_to_review, write_review
from lyceum.domains.website.rules.site import edit_site, publish_site

HOME = [
    {
        "kind": "text",
        "text": "Hillcrest stands above the town, with a wood behind it and a tram before it. A thousand young people "
        "learn here, from the first year to the last.\n\n## Come and see\n\nOur doors open on the first Thursday of "
        "each month, from four to six. Bring your questions, and your shoes for the wood.",
    },
    {"kind": "button", "label": "Apply for a place", "target": "/apply/"},
    {"kind": "list", "of": "courses", "title": "What you can learn"},
    {"kind": "list", "of": "events", "title": "What comes next"},
    {"kind": "list", "of": "reviews", "title": "What families say"},
]
PAGES = {
    "A day at Hillcrest": "## Morning\n\nThe gate opens at half past seven, the first bell rings at 8:45.\n\n"
    "## Lunch\n\nThe kitchen cooks for everybody, and always one dish without meat.\n\n"
    "## Afternoon\n\n- clubs until five\n- quiet rooms for homework\n- the library until six",
    "Term dates": "## Autumn\n\nFrom the first week of September, with a week off at the end of October.\n\n"
    "## Spring\n\nFrom the first week of January.\n\n## Summer\n\nUntil the third week of July.",
    "Getting here": "## By tram\n\nLine 4 to *Hillcrest*, then three minutes on foot.\n\n"
    "## By bicycle\n\nThere is room for two hundred, under a roof.",
}
TEAM = (
    ("Miriam Okafor", "Head", "Teaches history to the oldest, and knows everybody's name by October."),
    ("Tomasz Wrona", "Deputy head", "Makes the timetable, and answers for it."),
    ("Priya Raman", "Head of sixth form", "Physics, and the way from here to what comes next."),
    ("Jonas Hale", "School office", "The first voice you hear when you ring."),
)
PARTNERS = (
    ("Hill Town Library", "Library", "Two hours each week among eighty thousand books."),
    ("Brightwater Theatre", "Theatre", "Our stage, twice a year."),
    ("Fern & Daughters Joinery", "Company", "Places for those who would rather build."),
)
ALUMNI = (
    ("Adaeze Bello", 2014, "Builds bridges", "Northern Rail", True),
    ("Luca Moretti", 2011, "Bakes bread for half the town", "Moretti's", False),
    ("Samira Haddad", 2017, "Looks after the smallest patients", "County Hospital", True),
    ("Owen Price", 2009, "Teaches, at Hillcrest of all places", "Hillcrest", False),
)
REVIEWS = (
    ("Karen L.", 5, "Our daughter was shy when she came. She now argues with us in three languages."),
    ("Mr Abiola", 4, "Good teachers, honest reports. The car park in the morning is another matter."),
    ("A grandmother", 5, "They rang me when he was ill, before I had missed him. That is what a school is."),
    ("Former pupil", 3, "The lessons were fine and the lunches were not. I hear that both have changed."),
    ("The Novaks", 5, "We moved here in the middle of a year, and nobody made us feel it."),
    ("R. S.", 2, "Too much homework in year nine. We said so, and they did answer."),
)


def add_website(demo: Demo) -> None:
    """Make the site as the office would, and let it be read."""
    actor = system_actor(demo.school.pk, name="Demo school", via=Via.COMMAND)
    with demo.on(demo.today):
        _say_who_we_are(actor)
        _show_people(actor)
        _let_people_speak(actor)
        for title, kind, blocks in (
            (demo.school.name, "home", HOME),
            *((title, "free", [{"kind": "text", "text": text}]) for title, text in PAGES.items()),
        ):
            page = create_page(title=title, kind=kind, blocks=blocks, actor=actor)
            publish_page(page.pk, actor=actor)
        set_menu(
            [
                NewItem("Learn", "/courses/"),
                NewItem("Events", "/events/"),
                NewItem("The school", "/about-us/", [NewItem("Team", "/team/"), NewItem("Partners", "/partners/")]),
                NewItem("For families", "/pages/a-day-at-hillcrest/", [
                    NewItem("Term dates", "/pages/term-dates/"), NewItem("Getting here", "/pages/getting-here/"),
                ]),
                NewItem("Alumni", "/alumni/"),
                NewItem("Reviews", "/reviews/"),
                NewItem("Contact", "/contact/"),
            ],
            actor=actor,
        )  # fmt: skip
        publish_site(actor=actor)


def _say_who_we_are(actor: Actor) -> None:
    edit_school(values={"address": "1 Hillcrest Road\nHillcrest", "phone": "+44 20 7946 0018"}, actor=actor)
    edit_about_us(
        values={
            "title": "About Hillcrest",
            "description": "A school for everybody who lives on the hill, and for many who do not.",
            "mission": "That nobody leaves without something they can do, and somebody who knows it.",
            "vision": "A town in which people go on learning because they liked it here.",
        },
        core_values=[
            NewValue("Kindness", "First, and without a timetable."),
            NewValue("Work", "Worth doing, and worth being looked at."),
            NewValue("Curiosity", "There are no questions for later."),
        ],
        actor=actor,
    )
    hero = add_picture(_hill(), name="hill.png", is_decorative=True, actor=actor)
    title = {"title": "Hillcrest", "description": "A school above the town, for a thousand young people."}
    edit_site(values={"hero": hero.pk, "titles": {"en": title}}, actor=actor)


def _hill() -> io.BytesIO:
    """A hill in the evening, painted by four lines."""
    from PIL import Image, ImageDraw  # slow, and needed here alone

    picture = Image.new("RGB", (1600, 560), "#f3d9b1")
    brush = ImageDraw.Draw(picture)
    brush.ellipse((1120, 80, 1300, 260), fill="#fff1d6")
    brush.polygon([(0, 560), (0, 380), (520, 180), (1010, 420), (1600, 300), (1600, 560)], fill="#7d9a7e")
    brush.polygon([(0, 560), (0, 480), (640, 360), (1600, 470), (1600, 560)], fill="#2a3f8f")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    out.seek(0)
    return out


def _show_people(actor: Actor) -> None:
    for order, (name, role, bio) in enumerate(TEAM):
        add_team_member(values={"name": name, "role": role, "bio": bio, "order": order}, actor=actor)
    for order, (name, kind, text) in enumerate(PARTNERS):
        add_partner(values={"name": name, "kind": kind, "description": text, "order": order}, actor=actor)
    for name, year, headline, employer, mentor in ALUMNI:
        values = {"name": name, "leaving_year": year, "headline": headline, "employer": employer, "consent_by": name}
        topics = {"is_mentor": mentor, "mentor_topics": ["First steps in the trade"] if mentor else []}
        create_profile(values=values | topics | {"state": "published"}, actor=actor)


def _let_people_speak(actor: Actor) -> None:
    for n, (name, stars, text) in enumerate(REVIEWS):
        stranger = public_actor(Via.PAGE, school_id=actor.school)
        review = write_review(
            author_name=name, author_email=f"review{n}@families.example.org", rating=stars, body=text, actor=stranger
        )
        publish_review(review.pk, actor=actor)
    reply_to_review(review.pk, reply="You were right. Year nine has an hour less each week now.", actor=actor)
    write_review(
        author_name="Someone new",
        author_email="new@families.example.org",
        rating=4,
        body="A good first week. Ask for Mr Hale, on 0170 1234567, he knows everything.",
        actor=public_actor(Via.PAGE, school_id=actor.school),
    )
    send_message(
        name="Ines Duarte",
        email="ines@families.example.org",
        subject="A place in year 8",
        message="We move to the hill in January. Is there a place for our son in year 8?",
        actor=public_actor(Via.PAGE, school_id=actor.school),
    )
