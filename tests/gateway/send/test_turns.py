"""Whose turn it is: fair, at its rate, and one conversation never twice at a time."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.providers.seam import Limits
from gateway.send.turns import Conversation, Pace, Turns

FREE = Limits(per_second=1000, burst=1000)


def turns(concurrent: int = 100, per_account: int = 100, limits: Limits = FREE, share: float = 1.0) -> Turns:
    return Turns(concurrent, per_account, lambda _account: limits, lambda: share)


def given_now(of: Turns, now: float = 0.0) -> list[Conversation]:
    """Every turn that there is now."""
    found = []
    while (conversation := of.next(now)) is not None:
        found.append(conversation)
    return found


def test_accounts_take_turns_however_many_conversations_one_of_them_has() -> None:
    shared = turns(concurrent=4)
    for number in range(50):
        shared.submit(("flood", str(number)))
    shared.submit(("calm", "1"))
    shared.submit(("quiet", "1"))
    assert [account for account, _ in given_now(shared)] == ["flood", "calm", "quiet", "flood"]


def test_a_conversation_has_one_turn_at_a_time_and_another_when_more_came_meanwhile() -> None:
    one = turns()
    for _ in range(3):
        one.submit(("a", "1"))
    assert given_now(one) == [("a", "1")]
    one.submit(("a", "1"))
    one.submit(("a", "1"))
    assert one.next(0) is None
    one.done(("a", "1"), 0, called=True, again_in_s=None)
    assert given_now(one) == [("a", "1")]
    one.done(("a", "1"), 0, called=True, again_in_s=None)
    assert (one.next(0), one.wait_s(0), one.waiting) == (None, None, 0)


def test_what_is_to_be_tried_again_has_its_turn_then_and_not_before() -> None:
    one = turns()
    one.submit(("a", "1"))
    given_now(one)
    one.done(("a", "1"), 10, called=True, again_in_s=5)
    one.submit(("a", "1"))
    assert (one.next(14.9), one.wait_s(10)) == (None, 5)
    assert one.next(15) == ("a", "1")


def test_an_account_keeps_to_its_rate_after_its_burst() -> None:
    one = turns(limits=Limits(per_second=10, burst=3))
    for number in range(6):
        one.submit(("a", str(number)))
    assert len(given_now(one, 0)) == 3
    wait_s = one.wait_s(0)
    assert wait_s is not None
    assert 0 < wait_s <= 0.1001
    assert len(given_now(one, 0.1001)) == 1
    assert len(given_now(one, 0.3001)) == 2


def test_a_sender_that_has_half_of_the_partitions_has_half_of_the_rate() -> None:
    for share, expected in ((1.0, 0.1), (0.5, 0.2)):
        one = turns(limits=Limits(per_second=10, burst=1), share=share)
        one.submit(("a", "1"))
        one.submit(("a", "2"))
        given_now(one)
        assert one.wait_s(0) == expected


def test_a_turn_in_which_nothing_was_called_does_not_count() -> None:
    one = turns(limits=Limits(per_second=1, burst=1, recipient_interval_s=60))
    one.submit(("a", "1"))
    given_now(one)
    one.done(("a", "1"), 0, called=False, again_in_s=0)
    assert one.next(0) == ("a", "1")


def test_a_customer_who_may_get_no_more_for_now_does_not_hold_up_the_others() -> None:
    one = turns(limits=Limits(per_second=100, burst=100, recipient_interval_s=6, recipient_burst=2))
    for _ in range(2):
        one.submit(("a", "1"))
        assert one.next(0) == ("a", "1")
        one.done(("a", "1"), 0, called=True, again_in_s=None)
    one.submit(("a", "1"))
    one.submit(("a", "2"))
    assert given_now(one, 0) == [("a", "2")]
    assert one.next(5.9) is None
    assert one.next(6) == ("a", "1")


def test_an_account_that_is_held_back_waits_and_others_go_on() -> None:
    both = turns()
    both.submit(("a", "1"))
    both.submit(("b", "1"))
    both.hold("a", 30)
    assert given_now(both, 0) == [("b", "1")]
    both.hold("a", 10)
    assert (both.next(29.9), both.wait_s(20)) == (None, 10)
    assert both.next(30) == ("a", "1")


def test_no_account_has_more_turns_at_a_time_than_it_may() -> None:
    one = turns(per_account=2)
    for number in range(5):
        one.submit(("a", str(number)))
    assert len(given_now(one)) == 2
    assert one.wait_s(0) is None
    one.done(("a", "0"), 0, called=True, again_in_s=None)
    assert len(given_now(one)) == 1


def test_a_pace_that_has_rested_has_its_whole_burst_again() -> None:
    pace = Pace(1.0, 2)
    for _ in range(2):
        assert pace.wait_s(0) == 0
        pace.take(0)
    assert pace.wait_s(0) == 1
    assert not pace.rested(1.9)
    assert pace.rested(2)
    assert pace.wait_s(2) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["submit", "next", "done", "later"]), st.integers(0, 2), st.integers(0, 3), st.booleans()
        ),
        max_size=80,
    )
)
def test_nothing_that_was_submitted_is_forgotten_whatever_happens(
    steps: list[tuple[str, int, int, bool]],
) -> None:
    some = turns(concurrent=3, per_account=2, limits=Limits(per_second=5, burst=2, recipient_interval_s=1))
    now, running, owed = 0.0, list[Conversation](), set[Conversation]()
    for step, account, contact, called in steps:
        conversation = (str(account), str(contact))
        if step == "submit":
            some.submit(conversation)
            owed.add(conversation)
        elif step == "next" and (turn := some.next(now)) is not None:
            assert turn not in running
            running.append(turn)
            owed.discard(turn)
        elif step == "done" and running:
            some.done(running.pop(), now, called=called, again_in_s=None)
        else:
            now += 0.3
    while running or owed:
        while running:
            some.done(running.pop(), now, called=True, again_in_s=None)
        while (turn := some.next(now)) is not None:
            running.append(turn)
            owed.discard(turn)
        now += 0.5
        assert now < 1000, f"forgotten: {owed}"
