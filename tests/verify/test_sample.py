"""A sample: a share of the accounts that anybody can choose again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.verify.sample import sample

ACCOUNTS = [f"79{number:09}" for number in range(1_000)]

accounts = st.lists(st.integers(0, 10**9 - 1).map(lambda n: f"79{n:09}"), unique=True, max_size=60)
shares = st.integers(1, 1_000).map(lambda n: Fraction(n, 1_000))


@pytest.mark.parametrize(
    ("share", "of", "chosen"),
    [
        (Fraction(1, 100), 1_000, 10),
        (Fraction(1, 200), 1_000, 5),
        (Fraction(1, 100), 1_001, 11),
        (Fraction(1, 100), 99, 1),
        (Fraction(1, 10**9), 1_000, 1),
        (Fraction(1), 1_000, 1_000),
        (Fraction(1, 2), 1, 1),
        (Fraction(1, 2), 0, 0),
    ],
)
def test_a_share_is_rounded_up(share: Fraction, of: int, chosen: int) -> None:
    everybody = [f"79{number:09}" for number in range(of)]
    assert len(sample(everybody, share)) == chosen


def test_the_choice_is_the_same_on_every_machine() -> None:
    """By BLAKE2b of seed and account, whatever the order in which accounts come."""
    assert sample(ACCOUNTS, Fraction(3, 1_000)) == ["79000000159", "79000000425", "79000000840"]
    assert sample(ACCOUNTS[::-1], Fraction(3, 1_000)) == sample(ACCOUNTS, Fraction(3, 1_000))
    assert sample(ACCOUNTS, Fraction(3, 1_000), seed=1) != sample(ACCOUNTS, Fraction(3, 1_000))


@given(accounts=accounts, share=shares, larger=shares, seed=st.integers())
def test_a_larger_share_holds_a_smaller_one(accounts: list[str], share: Fraction, larger: Fraction, seed: int) -> None:
    small, large = (sample(accounts, each, seed=seed) for each in sorted((share, larger)))
    assert set(small) <= set(large) <= set(accounts)
    assert small == sorted(small)


@given(accounts=accounts, share=shares, seed=st.integers())
def test_others_neither_bring_an_account_in_nor_keep_it_out_alone(
    accounts: list[str], share: Fraction, seed: int
) -> None:
    """Whoever is chosen of all is chosen of any part that holds him, for as many places."""
    chosen = sample(accounts, share, seed=seed)
    part = [account for account in accounts if account in chosen or account.endswith("7")]
    if part:
        assert sample(part, Fraction(len(chosen), len(part)), seed=seed) == chosen
