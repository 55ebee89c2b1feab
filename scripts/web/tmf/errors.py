"""Errors here: one body for two readers, a problem of RFC 9457 that has the members of TMF630 besides."""

from typing import Final

from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.openapi import STATUSES
from scripts.web.problems import MEDIA_TYPE, Problem
from scripts.web.tmf.resources import ROOT

ABSENT: Final = "NOT_IMPLEMENTED"


def is_here(path: str) -> bool:
    """Whether a path is one of this façade."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def told_twice(problem: Problem) -> Problem:
    """The same problem for both: `code` and `status` they share, `reason` is of its kind, `message` is the line."""
    members = {"reason": STATUSES.get(problem.status, problem.code), "message": problem.detail, "@type": "Error"}
    told = Problem(problem.status, problem.code, problem.detail, headers=problem.headers, whose=problem.whose)
    told.facts = {**problem.facts, **members}
    return told


async def absent(asked: Asked) -> Answer:
    """What this server does not do."""
    told = Problem(501, ABSENT, f"this is not done here; {ROOT} says what is")
    return Answer(body=told_twice(told).body(), media_type=MEDIA_TYPE, status=501)
