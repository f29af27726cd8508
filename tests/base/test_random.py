"""Named streams of random numbers."""

from hypothesis import given
from hypothesis import strategies as st

from quayline.base.random import key, stream

NAME = st.text(min_size=1, max_size=8)


@given(st.integers(0, 2**32), NAME, NAME)
def test_a_stream_repeats_and_names_keep_apart(seed, one, two):
    """The same name gives the same numbers; another name or seed gives others."""
    draws = stream(seed, one).random(4).tolist()
    assert draws == stream(seed, one).random(4).tolist()
    assert (key(seed, one) == key(seed, two)) == (one == two)
    assert key(seed, one) != key(seed + 1, one)


def test_keys_are_the_same_on_every_machine():
    """A key is fixed for ever: results would change with it."""
    assert key(1, "flow", "breakdowns") == 6832611849685144493


def test_names_do_not_run_into_each_other():
    """('ab', 'c') is another stream than ('a', 'bc')."""
    assert key(1, "ab", "c") != key(1, "a", "bc")
