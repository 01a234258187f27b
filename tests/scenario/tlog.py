"""A reader of a tlog-tiles log, with hashlib alone: RFC 6962 tree, C2SP tiles, checkpoints (without signatures).

An implementation of its own, so that it shares no mistake with the program. Main class: Log.
"""
import base64
import hashlib
import struct

WIDTH = 256


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def range_root(hashes):
    """Root of a tree over these leaf hashes."""
    stack = []  # (size of a perfect tree, its root)
    for leaf in hashes:
        size = 1
        while stack and stack[-1][0] == size:
            leaf = node_hash(stack.pop()[1], leaf)
            size *= 2
        stack.append((size, leaf))
    return stack_root(stack)


def stack_root(stack):
    if not stack:
        return sha256(b"")
    root = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        root = node_hash(left, root)
    return root


def roots_at(hashes, sizes):
    """Root of the first n hashes for every n of `sizes`."""
    wanted, found, stack = set(sizes), {}, []
    if 0 in wanted:
        found[0] = sha256(b"")
    for index, leaf in enumerate(hashes, 1):
        size = 1
        while stack and stack[-1][0] == size:
            leaf = node_hash(stack.pop()[1], leaf)
            size *= 2
        stack.append((size, leaf))
        if index in wanted:
            found[index] = stack_root(stack)
    return found


def inclusion_holds(leaf, index, size, proof, root):
    """RFC 9162 2.1.3.2."""
    if index >= size:
        return False
    at, last, made = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            made = node_hash(part, made)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            made = node_hash(made, part)
        at, last = at >> 1, last >> 1
    return last == 0 and made == root


class Checkpoint:
    def __init__(self, note):
        text, _, self.signatures = note.partition("\n\n")
        self.origin, size, root = text.split("\n")[:3]
        self.size, self.root, self.note = int(size), base64.b64decode(root, validate=True), note
        if str(self.size) != size or len(self.root) != 32:
            raise ValueError("not a checkpoint")


def tile_path(level, number, width=WIDTH):
    """`level` may be "entries"."""
    name = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        name = f"x{number % 1000:03d}/{name}"
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


def tiles_of(size):
    """Every (level, number, width) of a tree of this size, bundles of entries last."""
    level, count = 0, size
    while count:
        for number in range((count + WIDTH - 1) // WIDTH):
            yield level, number, min(WIDTH, count - number * WIDTH)
        count //= WIDTH
        level += 1
    for number in range((size + WIDTH - 1) // WIDTH):
        yield "entries", number, min(WIDTH, size - number * WIDTH)


def bundle_entries(data):
    entries, at = [], 0
    while at < len(data):
        length = struct.unpack_from(">H", data, at)[0]
        entries.append(data[at + 2:at + 2 + length])
        at += 2 + length
    if at != len(data):
        raise ValueError("a bundle ends in the middle of an entry")
    return entries


class Log:
    """Reads by `fetch(path)`, where path is as in tlog-tiles ("checkpoint", "tile/0/000")."""

    def __init__(self, fetch):
        self.fetch = fetch
        self.full = {}  # full tiles never change

    def checkpoint(self):
        return Checkpoint(self.fetch("checkpoint").decode())

    def tile(self, level, number, width):
        if (level, number) in self.full:
            return self.full[level, number]
        data = self.fetch(tile_path(level, number, width))
        if width == WIDTH:
            self.full[level, number] = data
        return data

    def leaves(self, size):
        """The first `size` leaf hashes, from tiles of level 0."""
        hashes = []
        for level, number, width in tiles_of(size):
            if level != 0:
                continue
            data = self.tile(0, number, width)
            if len(data) != 32 * width:
                raise ValueError(f"tile 0/{number} has {len(data)} bytes")
            hashes += [data[at:at + 32] for at in range(0, len(data), 32)]
        return hashes

    def entries(self, size):
        found = []
        for level, number, width in tiles_of(size):
            if level == "entries":
                found += bundle_entries(self.tile("entries", number, width))
        return found
