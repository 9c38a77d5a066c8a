"""Addresses of the timetable's pages."""

from django.urls import path

from lyceum.domains.timetable.views.board import board_page
from lyceum.domains.timetable.views.groups import group_page, groups_page, new_group_page
from lyceum.domains.timetable.views.lessons import feed, lessons_page
from lyceum.domains.timetable.views.mine import timetable_page
from lyceum.domains.timetable.views.planning import compare_page, fet_page, plan_page, print_page, score_page
from lyceum.domains.timetable.views.requirements import paste_page, requirement_page, requirements_page
from lyceum.domains.timetable.views.rules import new_rule_page, rule_page, rules_page
from lyceum.domains.timetable.views.runs import run_page

urlpatterns = [
    path("classes/<uuid:class_id>/lessons/", lessons_page, name="class-lessons"),
    path("timetable/", timetable_page, name="timetable"),
    path("timetable/plan/", plan_page, name="timetable-plan"),
    path("timetable/runs/<uuid:timetable_run_id>/", run_page, name="timetable-run"),
    path("timetable/versions/<uuid:version_id>/", board_page, name="timetable-board"),
    path("timetable/versions/<uuid:version_id>/compare/", compare_page, name="timetable-compare"),
    path("timetable/versions/<uuid:version_id>/fet/", fet_page, name="timetable-fet"),
    path("timetable/versions/<uuid:version_id>/print/", print_page, name="timetable-print"),
    path("timetable/versions/<uuid:version_id>/score/", score_page, name="timetable-score"),
    path("timetable/requirements/", requirements_page, name="requirements"),
    path("timetable/requirements/paste/", paste_page, name="requirements-paste"),
    path("timetable/requirements/<uuid:requirement_id>/", requirement_page, name="requirement"),
    path("timetable/groups/", groups_page, name="timetable-groups"),
    path("timetable/groups/new/", new_group_page, name="timetable-group-new"),
    path("timetable/groups/<uuid:timetable_group_id>/", group_page, name="timetable-group"),
    path("timetable/rules/", rules_page, name="timetable-rules"),
    path("timetable/rules/new/", new_rule_page, name="timetable-rule-new"),
    path("timetable/rules/<uuid:rule_id>/", rule_page, name="timetable-rule"),
    path("timetable/feeds/<str:feed_token>/", feed, name="timetable-feed"),
]
