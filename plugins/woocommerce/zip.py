#!/usr/bin/env python3
"""amanah-woocommerce.zip: the plugin with the PHP client in it, the same bytes for the same files. Usage: zip.py OUT"""
import os
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = {f"amanah/{name}": os.path.join(HERE, "amanah", name) for name in sorted(os.listdir(os.path.join(HERE, "amanah")))}
FILES |= {"amanah/client.php": os.path.join(HERE, "../../clients/php/amanah.php"),
          "amanah/LICENSE": os.path.join(HERE, "../../LICENSE"), "amanah/connect.sh": os.path.join(HERE, "connect.sh")}

with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as out:
    for name, path in sorted(FILES.items()):
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        with open(path, "rb") as file:
            out.writestr(entry, file.read())
