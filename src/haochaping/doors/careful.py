"""What somebody else will read is looked at before it is sent: personal data, set phrases, what was said before.

Nobody is kept from sending it: the form comes back once, with what was found and a tick to send it as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy

from haochaping.publicity.rules import hidden_in
from haochaping.rectification.rules import most_alike, says_nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICK = "confirm"


class CarefulForm(forms.Form):
    """A form that reads over what was typed. `read_by_others` and `must_say` name its fields, `earlier` former texts."""

    read_by_others: ClassVar[tuple[str, ...]] = ("text",)
    must_say: ClassVar[tuple[str, ...]] = ()
    earlier: Sequence[str] = ()
    look_again = False

    def clean(self) -> None:
        """Have it ticked where something was found."""
        found = [*self._personal(), *self._nothing(), *self._again()]
        if not found:
            return
        tick = forms.BooleanField(label=gettext_lazy("I have looked at it: send it as it is"), required=False)
        self.fields[_TICK] = tick
        if not self.data.get(self.add_prefix(_TICK)):
            # The page shows what is asked, however far down its form stands: it is not at the top, as mistakes are.
            tick.widget.attrs["autofocus"] = True
            # No mistake, and not said as one where there is no other.
            self.look_again = not self.errors
            remedy = gettext("Change it, or tick that it is to be sent as it is.")
            self.add_error(_TICK, " ".join([*found, remedy]))

    def _typed(self, names: Sequence[str]) -> list[str]:
        return [str(self.cleaned_data.get(name) or "") for name in names]

    def _personal(self) -> list[str]:
        words = [found for text in self._typed(self.read_by_others) for found in hidden_in(text)]
        said = gettext("This may be personal data: {words}.")
        return [said.format(words=gettext(", ").join(words))] if words else []

    def _nothing(self) -> list[str]:
        if not any(map(says_nothing, self._typed(self.must_say))):
            return []
        return [gettext("It says nothing but set phrases. Say what was found out and what was changed.")]

    def _again(self) -> list[str]:
        shares = [most_alike(text, self.earlier) for text in self._typed(self.must_say)]
        most = max((found[1] for found in shares if found), default=None)
        if most is None:
            return []
        said = gettext("It is to {share} % like an answer that was given before.")
        return [said.format(share=int(most * 100))]
