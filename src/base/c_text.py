"""Texts as C, for what is built into the program. A change of this file makes them anew: put it into the depfile."""


def literals(text):
    """A C string literal for each line; bytes above ASCII in octal, so that no digit after them joins in."""
    out = ""
    for line in text.splitlines(keepends=True):
        made = ""
        for byte in line.encode():
            char = chr(byte)
            made += "\\n" if char == "\n" else "\\" + char if char in '"\\?' else char if 32 <= byte < 127 else f"\\{byte:03o}"
        out += f'     "{made}"\n'
    return out
