"""The ways of a subscriber and of a clerk in a real browser, wide and narrow, with scripts and without."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.sample import ANNA
from tests.tools import tool
from tests.web.gated import Gated, gated

WIDE, NARROW = 1280, 390
WAYS = [(NARROW, False), (WIDE, True)]
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = tool("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """A page of a browser; every page that it comes to is looked at."""

    def __init__(self, page: Page, *, scripted: bool) -> None:
        self.page = page
        self._scripted = scripted
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.complaints: list[str] = []

    def goes(self, path: str) -> None:
        self.page.goto(path)
        self.looks()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
        self.looks()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self.looks()

    def looks(self) -> None:
        """What holds on every page: nothing is wider than the window, nothing is in anybody's way."""
        self.page.wait_for_load_state()
        if not self._scripted:
            return
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        found = Axe().run(self.page).response["violations"]
        wrong = [(each["id"], node["html"]) for each in found if each["impact"] in SERIOUS for node in each["nodes"]]
        assert not wrong, (self.page.url, wrong)

    def sees(self, text: str) -> None:
        said = " ".join(self.page.inner_text("main").replace("\N{NO-BREAK SPACE}", " ").split())
        assert text in said, said


@contextmanager
def visit(browser: Browser, server: Gated, width: int, *, scripted: bool, dark: bool = False) -> Iterator[Visit]:
    context = browser.new_context(
        base_url=server.address,
        viewport={"width": width, "height": 900},
        java_script_enabled=scripted,
        color_scheme="dark" if dark else "light",
    )
    made = Visit(context.new_page(), scripted=scripted)
    try:
        yield made
        assert not made.complaints
    finally:
        context.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Gated]:
    with gated(tmp_path) as made:
        top_up = {"type": "top_up", "id": "more", "source": "bank", "account": ANNA, "amount": 1000_00}
        feeder = made.with_token(made.token("feeder"))
        booked = feeder.post("/v1/inputs", json=top_up | {"at": "2026-03-16T10:00:00+03:00"})
        assert booked.json()["result"] == "applied"
        yield made


@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_subscriber_refreshes_and_disputes(browser: Browser, server: Gated, width: int, scripted: bool) -> None:
    with visit(browser, server, width, scripted=scripted, dark=width == NARROW) as anna:
        anna.goes("/services")
        anna.page.get_by_label("Номер телефона").fill("8 (916) 000-01-01")
        anna.presses("Получить код")
        server_code = server.codes[-1][1]
        anna.page.get_by_label("Код").fill(server_code)
        anna.presses("Войти")
        anna.sees("Обещанный платёж")
        anna.follows("Главная")
        anna.sees("1 300,00 ₽")
        anna.follows("Обновить пакеты")
        anna.sees("Сохранится из остатка")
        anna.presses("Обновить за 400,00 ₽")
        anna.sees("Пакеты обновлены: списано 400,00 ₽")
        anna.follows("На главную")
        anna.sees("900,00 ₽")
        anna.follows("Детализация")
        anna.page.get_by_role("link", name="02.2026").click()
        anna.looks()
        anna.page.locator("a[href='/why/58']").first.click()
        anna.looks()
        anna.sees("R-5.4")
        anna.page.get_by_label("Что не так").fill("не заказывала")
        anna.presses("Отправить претензию")
        anna.sees("Претензия принята")
        anna.goes("/claims")
        anna.sees("Ответим до 15.04.2026")
        anna.goes("/refusals")
        anna.sees("Было нужно")
        anna.presses("Выйти")
        anna.goes("/")
        assert anna.page.url.endswith("/login?next=%2F")


@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_clerk_finds_explains_and_corrects(browser: Browser, server: Gated, width: int, scripted: bool) -> None:
    with visit(browser, server, width, scripted=scripted, dark=width == WIDE) as marina:
        marina.goes("/desk")
        marina.page.get_by_label("Токен").fill(server.token("clerk"))
        marina.presses("Войти по токену")
        marina.page.get_by_label("Номер").first.fill("+7 916 000-01-01")
        marina.presses("Найти")
        marina.sees("1 300,00 ₽")
        marina.goes(f"/desk/{ANNA}/events/58")
        marina.sees("R-5.4")
        form = marina.page.locator("form:has(input[name=what][value=reverse])")
        marina.page.locator("details", has=form).locator("summary").click()
        form.locator("input[name=amount]").fill("50")
        form.locator("[name=text]").fill("обещали скидку")
        form.get_by_role("button").first.click()
        marina.looks()
        marina.sees("Проведено будет")
        marina.page.locator(
            "form:has(input[name=step][value=book]) button, button[name=step][value=book]"
        ).first.click()
        marina.looks()
        marina.sees("Проведено, запись")
        marina.goes("/desk/claims")
        marina.goes(f"/desk/{ANNA}")
        marina.sees("1 350,00 ₽")
        marina.presses("Выйти")


@pytest.mark.parametrize(("width", "scripted"), WAYS)
def test_a_senior_compares_a_list_and_confirms(browser: Browser, server: Gated, width: int, scripted: bool) -> None:
    """A job is followed by the page itself, with a script and without one; a session's form brings a file."""
    with visit(browser, server, width, scripted=scripted) as senior:
        senior.goes("/desk/login?next=/desk/reconcile")
        senior.page.get_by_label("Токен").fill(server.token("senior", "olga"))
        senior.presses("Войти по токену")
        senior.page.get_by_label("Канал").fill("card")
        rows = b"id;account;at;amount\nbank-7;79160000102;15.01.2026;250,00\n"
        file = {"name": "bank.csv", "mimeType": "text/csv", "buffer": rows}
        senior.page.get_by_label("Файл").set_input_files(file)  # type: ignore[arg-type]  # a file without a path
        senior.page.get_by_role("button", name="Сверить").click()
        senior.page.get_by_text("Есть в файле, нет в леджере").wait_for()
        senior.looks()
        senior.page.get_by_role("button", name="Провести 1").click()
        senior.page.get_by_text("Проведено: 1").wait_for()
        senior.goes(f"/desk/{ANNA}/events/58")
        form = senior.page.locator("form:has(input[name=what][value=adjust])")
        senior.page.locator("details", has=form).locator("summary").click()
        form.locator("input[name=amount]").fill("1500")
        form.locator("[name=text]").fill("сбой")
        form.get_by_role("button").first.click()
        senior.presses("Предложить")
        senior.sees("Вы предложили это сами")
        senior.presses("Выйти")
        senior.goes("/desk/login?next=/desk/proposals")
        senior.page.get_by_label("Токен").fill(server.token("senior", "pavel"))
        senior.presses("Войти по токену")
        senior.follows("Перерасчёт")
        senior.presses("Подтвердить и провести")
        senior.sees("подтверждено pavel")
