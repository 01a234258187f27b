"""A passkey in software: what a browser and a device make together, for scenarios and for the vectors of unit tests.

    python3 tests/scenario/passkey.py > tests/unit/keep/vectors/webauthn.txt

Main class: Passkey. Example:

    device = Passkey("https://vault.example")
    made = device.create(options["challenge"])            # {"client_data", "attestation"}
    signed = device.get(options["challenge"])             # {"credential", "client_data", "authenticator_data", "signature"}
"""
import base64
import hashlib
import os
import struct
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP, UV, AT = 1, 4, 64
ES256, EDDSA, RS256 = -7, -8, -257


def web64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def head(major, number):
    for size, code in ((24, None), (1 << 8, 24), (1 << 16, 25), (1 << 32, 26)):
        if number < size:
            more = b"" if code is None else number.to_bytes(1 << (code - 24), "big")
            return bytes([major << 5 | (number if code is None else code)]) + more
    raise ValueError(number)


def cbor(value):
    """Canonical CBOR of what WebAuthn needs."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


class Passkey:
    def __init__(self, origin, algorithm=ES256, credential=None, verified=True):
        self.origin, self.algorithm, self.count, self.verified = origin, algorithm, 0, verified
        self.party = urlsplit(origin).hostname
        self.credential = credential or os.urandom(32)
        if algorithm == ES256:
            self.key = ec.generate_private_key(ec.SECP256R1())
        elif algorithm == EDDSA:
            self.key = ed25519.Ed25519PrivateKey.generate()
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def cose(self):
        public = self.key.public_key()
        if self.algorithm == ES256:
            numbers = public.public_numbers()
            return {1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        if self.algorithm == EDDSA:
            return {1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes(serialization.Encoding.Raw,
                                                             serialization.PublicFormat.Raw)}
        numbers = public.public_numbers()
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}

    def sign(self, message):
        if self.algorithm == ES256:
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        if self.algorithm == EDDSA:
            return self.key.sign(message)
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def client(self, kind, challenge, origin=None, tail=',"crossOrigin":false}'):
        return (f'{{"type":"webauthn.{kind}","challenge":"{challenge}","origin":"{origin or self.origin}"' + tail).encode()

    def data(self, flags, more=b"", party=None):
        flags |= UP | (UV if self.verified else 0)
        return hashlib.sha256((party or self.party).encode()).digest() + struct.pack(">BI", flags, self.count) + more

    def create(self, challenge, packed=False, party=None, **client):
        said = self.client("create", challenge, **client)
        made = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor(self.cose())
        data = self.data(AT, made, party)
        statement = {}
        if packed:
            statement = {"alg": self.algorithm, "sig": self.sign(data + hashlib.sha256(said).digest())}
        attestation = cbor({"fmt": "packed" if packed else "none", "attStmt": statement, "authData": data})
        return {"client_data": web64(said), "attestation": web64(attestation)}

    def get(self, challenge, kind="get", party=None, count=None, **client):
        self.count = self.count + 1 if count is None else count
        said, data = self.client(kind, challenge, **client), self.data(0, party=party)
        return {"credential": web64(self.credential), "client_data": web64(said), "authenticator_data": web64(data),
                "signature": web64(self.sign(data + hashlib.sha256(said).digest()))}


def vectors():
    """Rows: create NAME OUTCOME CLIENT ATTESTATION, then get NAME OUTCOME CLIENT DATA SIGNATURE of the last one created."""
    origin, other = "https://vault.example", "https://vault.example.evil.test"
    challenge, second = web64(bytes(range(40))), web64(bytes(range(1, 41)))
    print("# Made by tests/scenario/passkey.py. Origin https://vault.example; challenge: the bytes 0 to 39. good: it must be "
          "taken; bad: refused.")

    def create(name, outcome, device, said=challenge, **more):
        made = device.create(said, **more)
        print("create", name, outcome, made["client_data"], made["attestation"])

    def get(name, outcome, device, said=challenge, **more):
        made = device.get(said, **more)
        print("get", name, outcome, made["client_data"], made["authenticator_data"], made["signature"])

    create("other_origin", "bad", Passkey(origin), origin=other)
    create("other_party", "bad", Passkey(origin), party="evil.test")
    create("other_challenge", "bad", Passkey(origin), said=second)
    create("not_verified", "bad", Passkey(origin, verified=False))
    create("within_a_frame", "bad", Passkey(origin), tail=',"crossOrigin":true}')
    broken = Passkey(origin)
    signer, broken.sign = broken.sign, lambda message: signer(message + b"!")
    create("packed_signature_of_other_bytes", "bad", broken, packed=True)
    for algorithm, name in ((EDDSA, "eddsa"), (RS256, "rs256"), (ES256, "es256")):
        create(f"{name}_packed", "good", Passkey(origin, algorithm), packed=True)
        device = Passkey(origin, algorithm, credential=b"credential " + name.encode())
        create(name, "good", device)
        get(f"{name}_first", "good", device)
        get(f"{name}_more_members", "good", device, tail=',"crossOrigin":false,"other_keys_can_be_added_here":"x"}')
        get(f"{name}_count_stands_still", "bad", device, count=2)
        get(f"{name}_count_goes_back", "bad", device, count=1)
        get(f"{name}_count_to_zero", "bad", device, count=0)
        device.count = 2
        get(f"{name}_other_origin", "bad", device, origin=other)
        get(f"{name}_other_party", "bad", device, party="evil.test")
        get(f"{name}_other_challenge", "bad", device, said=second)
        get(f"{name}_of_a_registration", "bad", device, kind="create")
        device.verified = False
        get(f"{name}_not_verified", "bad", device)
        device.verified = True
        stranger = Passkey(origin, algorithm)
        stranger.count = 20
        get(f"{name}_other_key", "bad", stranger)
        device.count = 30
        get(f"{name}_later", "good", device)
    silent = Passkey(origin, credential=b"no counter")
    create("no_counter", "good", silent)
    get("no_counter_first", "good", silent, count=0)
    get("no_counter_second", "good", silent, count=0)


if __name__ == "__main__":
    vectors()
