#!/usr/bin/env python3
"""Make a database of countries in MaxMind's format (MaxMind DB File Format 2.0): mmdb.py FILE NETWORK=COUNTRY ..."""
import ipaddress
import struct
import sys

EMPTY = -1  # a record without data
SEPARATOR = b"\0" * 16
MARK = b"\xab\xcd\xefMaxMind.com"


def control(kind, size):
    """The control bytes of a value: kinds above 7 have a byte of their own. Sizes here stay below 285."""
    head = (kind if kind < 8 else 0) << 5 | min(size, 29)
    return bytes([head]) + (bytes([kind - 7]) if kind >= 8 else b"") + (bytes([size - 29]) if size >= 29 else b"")


def number(value, kind, octets):
    packed = value.to_bytes(octets, "big").lstrip(b"\0")
    return control(kind, len(packed)) + packed


def encode(value):
    if isinstance(value, str):
        text = value.encode()
        return control(2, len(text)) + text
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encode(name) + encode(one) for name, one in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(encode(one) for one in value)
    return value  # encoded already


def make(networks):
    nodes, data, places = [[EMPTY, EMPTY]], b"", {}
    for text, country in networks.items():
        network = ipaddress.ip_network(text)
        bits = int(network.network_address)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        if country not in places:
            places[country] = len(data)
            data += encode({"country": {"iso_code": country}})
        at = 0
        for depth in range(length):
            side = bits >> 127 - depth & 1
            if depth + 1 == length:
                nodes[at][side] = ("data", places[country])
            elif nodes[at][side] == EMPTY:
                nodes.append([EMPTY, EMPTY])
                nodes[at][side] = len(nodes) - 1
                at = len(nodes) - 1
            else:
                at = nodes[at][side]
    tree = b""
    for node in nodes:
        for record in node:
            value = len(nodes) if record == EMPTY else record
            if isinstance(record, tuple):
                value = len(nodes) + len(SEPARATOR) + record[1]
            tree += struct.pack(">I", value)[1:]
    about = {"binary_format_major_version": number(2, 5, 2), "binary_format_minor_version": number(0, 5, 2),
             "build_epoch": number(1, 9, 8), "database_type": "Test-Country", "description": {"en": "made up"},
             "ip_version": number(6, 5, 2), "languages": ["en"], "node_count": number(len(nodes), 6, 4),
             "record_size": number(24, 5, 2)}
    return tree + SEPARATOR + data + MARK + encode(about)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as out:
        out.write(make(dict(pair.split("=") for pair in sys.argv[2:])))
