"""Staff of a home, for scenarios: one-time codes, enrolment, signing in. Passkeys are in passkey.py."""
import base64
import hashlib
import hmac
import struct
import time

from amanah import same

PASSWORD = "correct horse battery staple"


def totp(secret, step):
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


class Staff:
    """One member of staff who enrolled by password; each code is used once, so signing in may wait for the next step."""

    def __init__(self, home, email, role="admin", name="Kim", password=PASSWORD):
        self.home, self.email, self.password, self.used = home, email, password, 0
        made = home.good("POST", "/v1/staff", {"name": name, "email": email, "role": role})
        self.id, self.invite = made["id"], made["invite"]

    def enrol(self, invite=None):
        invite = invite or self.invite
        got = self.home.good("POST", "/v1/enrol", {"invite": invite, "password": self.password}, key="")
        self.secret, self.recovery = got["totp"]["secret"], got["recovery"]
        confirmed = self.home.http("POST", "/v1/enrol", {"invite": invite, "totp": self.code()}, key="")
        same([confirmed.status, confirmed.json.get("state")], [200, "active"], str(confirmed))
        return self

    def token(self, **more):
        """Of a session: the credential of somebody with a name."""
        return self.sign_in(**more).json["token"]

    def code(self):
        """A code that was not used before: of this step or the next, else it waits."""
        now = int(self.home.now()) // 30
        late = self.home.now() % 30 > 20  # that of before may be over by the time it arrives
        step = max(now - (not late), self.used + 1)
        while step > int(self.home.now()) // 30 + 1:
            if self.home.stands_at:
                self.home.move_clock(30)
                continue
            self.home.door.close()  # it would be closed for idleness meanwhile
            time.sleep(0.5)
        self.used = step
        return totp(self.secret, step)

    def ask(self, password=None, code=None, **more):
        return {"staff": self.email, "password": password or self.password, "totp": code or self.code(), **more}

    def sign_in(self, door=None, headers=None, **more):
        """The answer to a sign-in that must succeed."""
        answer = (door or self.home).http("POST", "/v1/sessions", self.ask(**more), key="", headers=headers)
        same(answer.status, 201, str(answer))
        return answer


def colleagues(home, *names, roles=()):
    """People who enrolled, long enough ago that nobody who invited them could be them; each with a session."""
    staff = [Staff(home, f"{name}@shop.example", role=dict(roles).get(name, "admin"), name=name).enrol() for name in names]
    home.wait_days(8)
    return staff, [person.token() for person in staff]
