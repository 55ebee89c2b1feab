"""The page about the API says what is so: its tables are those of the program, its examples ask for what there is."""

import ast
import re

from scripts.api_reference import PAGE, TMF, written, written_of_tmf
from scripts.web.table import ROUTES
from tests.support import HERE

TEXT = PAGE.read_text(encoding="utf-8")
WEB = HERE.parent / "scripts" / "web"

OF_PAGES = ("login.py", "oidc.py")
"""What goes wrong on the way in is told by a page, as what goes wrong on the pages is."""


def test_its_tables_are_those_of_the_program() -> None:
    assert written(TEXT) == TEXT, "python -m scripts.api_reference writes them anew"
    facade = TMF.read_text(encoding="utf-8")
    assert written_of_tmf(facade) == facade, "as above"


def test_its_examples_ask_for_routes_that_there_are() -> None:
    paths = [re.compile(re.sub(r"\{[a-z]+\}", "[^/]+", route.path)) for route in ROUTES]
    asked = re.findall(r"http://127\.0\.0\.1:8000(/[^\s\"?]*)", TEXT)
    assert len(asked) >= 6
    for each in asked:
        assert any(path.fullmatch(each) for path in paths), each


def test_it_names_every_code_that_a_request_can_be_answered_with() -> None:
    found = set()
    for path in (path for path in WEB.rglob("*.py") if path.name not in OF_PAGES and path.parent.name != "pages"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                found |= {f"{each.value!s}" for each in ast.walk(node.args[1]) if isinstance(each, ast.Constant)}
    assert len(found) > 20
    assert {code for code in found if f"`{code}`" not in TEXT} == set()
