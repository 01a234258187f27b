#!/usr/bin/env python3
"""A hundred kills in a notice to 20,000 people, against a sink that counts: nobody lost, nobody sent again but those known as unknown."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scenario"))
os.environ.setdefault("AMN_NOTICE_PEOPLE", "20000")
os.environ.setdefault("AMN_NOTICE_KILLS", "100")
from amanah import story  # noqa: E402
from notices import killed_again_and_again_nobody_is_lost  # noqa: E402

story(killed_again_and_again_nobody_is_lost)
