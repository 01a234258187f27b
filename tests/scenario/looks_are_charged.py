#!/usr/bin/env python3
"""Whatever depends on a personal value needs a right, spends budget and leaves an entry, also when it shows no value."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from amanah import Home, same, story, within

EVERYTHING = ["reveal", "lookup", "create", "change", "show"]


class Shop(Home):
    """Three customers; a desk that may look at so many people a day."""

    def __init__(self, daily=2, acts=EVERYTHING):
        super().__init__()
        self.start()
        self.people = [self.create(str(i), name="Ana", email=f"a{i}@mail.example") for i in range(3)]
        self.good("POST", "/v1/roles", {"name": "desk", "fields": ["*"], "purposes": ["support"], "acts": acts,
                                        "daily": daily})
        self.desk = self.issue("desk")

    def kind(self, answer):
        """The kind of entry of an answer, or of the refusal in it."""
        index = answer.json["receipt"]["index"]
        return self.good("GET", f"/v1/ledger/entries/{index}")["kind"]

    def spent(self, answer):
        same((answer.status, self.kind(answer)), (429, "refused"), repr(answer))

    def lookup(self, value, field="email"):
        return self.http("POST", "/v1/lookup", {"field": field, "value": value, "purpose": "support"}, key=self.desk)

    def take(self, ref, how=None):
        return self.http("POST", "/v1/subjects", {"ref": ref, "fields": {"name": "Ana"}, **({"on_conflict": how} if how else {})},
                         key=self.desk)

    def patch(self, i, **fields):
        tag = self.http("GET", f"/v1/subjects/{self.people[i]}").headers["etag"]
        return self.http("PATCH", f"/v1/subjects/{self.people[i]}", {"fields": fields}, key=self.desk,
                         headers={"If-Match": tag})

    def look(self, i, field="name"):
        return self.reveal(self.people[i], [field], purpose="support", key=self.desk)


def a_lookup_that_finds_nobody_is_an_entry_and_spends():
    with Shop() as home:
        for guess in ("x1@mail.example", "x2@mail.example"):
            missed = home.lookup(guess)
            same((missed.status, home.kind(missed)), (404, "lookup"))
        home.spent(home.lookup("x3@mail.example"))
        home.spent(home.lookup("a0@mail.example"))  # one that is there says no more than one that is not
        same(home.lookup("x1@mail.example").status, 404, "the same guess again costs nothing")


def a_taken_ref_is_an_entry_and_spends():
    with Shop() as home:
        for ref in ("0", "1"):
            taken = home.take(ref)
            same((taken.status, taken.code, home.kind(taken)), (409, "subject.ref_taken", "compare"))
        home.spent(home.take("2"))
        home.spent(home.take("2", "skip"))
        within("compare", [look["kind"] for look in home.good("GET", f"/v1/subjects/{home.people[0]}/sightings")["items"]])
        home.restart()
        home.spent(home.take("2"))


def an_equal_patch_is_an_entry_and_spends():
    with Shop() as home:
        for i in (0, 1):
            equal = home.patch(i, email=f"a{i}@mail.example")
            same((equal.status, home.kind(equal)), (200, "compare"))
        home.spent(home.patch(2, email="a2@mail.example"))
        home.spent(home.patch(2, email="guess@mail.example"))  # so that the refusal tells nothing
        same(home.patch(0, email="a0@mail.example").status, 200, "who was seen today costs nothing more")


def a_real_change_spends_nothing():
    with Shop() as home:
        for i in range(3):
            changed = home.patch(i, name=f"Ana {i}")
            same((changed.status, home.kind(changed)), (200, "patch"), repr(changed))
        same(home.take("0", "update").status, 200)
        same(home.look(0).status, 200)
        same(home.look(1).status, 200)
        home.spent(home.look(2))


def a_mask_is_a_look():
    with Shop() as home:
        for i in (0, 1):
            seen = home.look(i, "email.mask")
            same((seen.status, home.kind(seen)), (200, "reveal"))
        home.spent(home.look(2, "email.mask"))


def each_needs_its_right():
    with Shop(acts=["show"]) as home:
        for answer in (home.lookup("a0@mail.example"), home.take("0"), home.patch(0, name="x"), home.look(0),
                       home.look(0, "name.mask")):
            same((answer.status, answer.code, home.kind(answer)), (403, "role.act", "refused"), repr(answer))


story(a_lookup_that_finds_nobody_is_an_entry_and_spends, a_taken_ref_is_an_entry_and_spends,
      an_equal_patch_is_an_entry_and_spends, a_real_change_spends_nothing, a_mask_is_a_look, each_needs_its_right)
