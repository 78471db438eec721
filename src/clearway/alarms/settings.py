"""How long the control room waits for whom."""

from __future__ import annotations

from msgspec import Struct

from clearway.errors import ArgumentError


class LifeCycleSettings(Struct, frozen=True, kw_only=True):
    """Times and limits of the life of an alarm; all must be positive.

    Raises
    ------
    ArgumentError
        A value is not positive, or two contradict each other.
    """

    acknowledge_within_s: float = 30.0
    """An alarm that rings for longer calls the supervisor."""
    deal_within_s: float = 60.0
    """So does one that was acknowledged and that nobody has dealt with since."""
    silent_after_s: float = 120.0
    """Who has not acted on an alarm for this long may lose it to a colleague who takes it over."""
    overrule_after_s: float = 3.0
    """A supervisor can take an alarm from whoever has had it for this long."""
    absent_after_s: float = 60.0
    """An alarm rings again when whoever dealt with it has been away for this long."""
    delivered_within_s: float = 5.0
    """A call that has not reached the guard's phone by then goes to the next guard."""
    read_within_s: float = 15.0
    """So does one that has reached the phone and that nobody has read."""
    answer_within_s: float = 120.0
    """A guard who read the call and has not answered by then is reported to the supervisor."""
    shelve_at_most_s: float = 8 * 3600.0
    """The longest time for which a sensor may be shelved: one shift."""
    drill_at_most_s: float = 3600.0
    """A drill that nobody ends, ends by itself."""
    reopen_odds_ratio: float = 10.0
    """Odds that rise by this factor over what people have judged are news to them."""
    flood_above: int = 10
    """More alarms than this within the flood window begin a group."""
    flood_ends_below: int = 5
    """The group takes no more in when fewer than this have rung within the window."""
    flood_window_s: float = 600.0
    """ISA-18.2 and EEMUA 191 speak of a flood from ten alarms in ten minutes to below five."""
    keep_resolved_s: float = 900.0
    """A resolved alarm leaves the desk after this; it is in the store by then."""
    highest_number: int = 999
    """Spoken numbers begin anew after this one."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            # Written so that what is not a number is refused too.
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"{getattr(self, name)} is not positive", "give more")
        if self.reopen_odds_ratio <= 1.0:
            raise ArgumentError(
                "reopen_odds_ratio",
                f"{self.reopen_odds_ratio} would make news of a fall",
                "give more than 1",
            )
        if self.delivered_within_s > self.read_within_s:
            raise ArgumentError(
                "delivered_within_s",
                f"{self.delivered_within_s} s is longer than read_within_s, {self.read_within_s} s",
                "a call is delivered before it is read: give less",
            )
        if self.flood_ends_below > self.flood_above:
            raise ArgumentError(
                "flood_ends_below",
                f"{self.flood_ends_below} is more than flood_above, {self.flood_above}",
                "give less, or a group would end as it begins",
            )
