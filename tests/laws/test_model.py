"""The ledger does what an independent model of the rulebook does: every event, every entry, every balance."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.laws.pair import FEED, GAP, LATE, MORE, PLANS, STARTS, STEPS, USE, Pair, Step, one, pair
from tests.length import examples
from tests.support import CATALOGUE_TEXT, with_settings

REGIONS = one("moscow", "moscow", "yekaterinburg", "berlin")


def steps(*names: str) -> st.SearchStrategy[Step]:
    return st.sampled_from(names).flatmap(lambda name: STEPS[name])


def catalogue(promise_fee: str, edition: int) -> str:
    promise = f'promise = {{ max = "800.00", days = 3, fee = "{promise_fee}" }}'
    return with_settings(f"edition = {edition}\n{promise}", CATALOGUE_TEXT + MORE)


@given(
    edition=one(1, 2, 2),
    fee=one("0.00", "5.00"),
    opened=st.sampled_from(STARTS),
    region=REGIONS,
    credit_limit=one(0, 0, 300_00),
    money=one(500_00, 10_000_00),
    plan=st.sampled_from(PLANS),
    feed=FEED,
)
@settings(max_examples=examples(60), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_ledger_does_what_the_model_does(
    edition: int,
    fee: str,
    opened: str,
    region: str,
    credit_limit: int,
    money: int,
    plan: str,
    feed: list[tuple[Any, Any, Step]],
) -> None:
    with pair(text=catalogue(fee, edition), opened=opened, region=region, credit_limit=credit_limit) as told:
        told.feed(type="top_up", amount=money)
        told.feed(type="connect_plan", plan=plan)
        for gap, late, said in feed:
            told.take(gap, late, said)


class Subscriber(RuleBasedStateMachine):
    """One account told anything at all, in the ledger and in the model; hypothesis shortens what tells them apart."""

    pair: Pair | None = None

    @initialize(
        edition=one(1, 2), fee=one("0.00", "5.00"), opened=st.sampled_from(STARTS), region=REGIONS, limit=one(0, 300_00)
    )
    def open(self, edition: int, fee: str, opened: str, region: str, limit: int) -> None:
        self.folder = TemporaryDirectory()
        text = catalogue(fee, edition)
        self.pair = Pair(Path(self.folder.name), text=text, opened=opened, region=region, credit_limit=limit)

    @rule(gap=GAP, late=LATE, said=steps("wait", "night", "mend", "again", "open"))
    def time_passes(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("connect_plan", "odd", "block", "unblock"))
    def the_contract_changes(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("top_up", "promise", "discount"))
    def money_comes(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps(*USE))
    def something_is_used(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("ussd", "sms_to", "refresh"))
    def a_refresh_is_asked_for(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("connect_option", "disconnect_option"))
    def options_change(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("refund", "refund", "refund", "close"))
    def the_contract_ends(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    @rule(gap=GAP, late=LATE, said=steps("reverse", "adjust", "rerate", "open_dispute", "resolve_dispute"))
    def a_clerk_corrects(self, gap: Any, late: Any, said: Step) -> None:
        self.take(gap, late, said)

    def take(self, gap: Any, late: Any, said: Step) -> None:
        assert self.pair is not None
        self.pair.take(gap, late, said)

    @invariant()
    def both_have_the_same_history(self) -> None:
        if self.pair is not None:
            assert self.pair.events == len(self.pair.model.log)

    def teardown(self) -> None:
        if self.pair is not None:
            self.pair.end()
            self.folder.cleanup()


TestSubscriber = Subscriber.TestCase
TestSubscriber.settings = settings(
    max_examples=examples(25),
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
