"""Telephone numbers against libphonenumber (Debian's python3-phonenumbers): phone_oracle.py NORMALISE_CLI CALLING_DEF

What both take must be the same number. What libphonenumber calls valid for a customer (mobile or fixed, KR and ID)
must be taken. Every country of calling.def must take libphonenumber's example numbers in national and other forms.
Exit status 1 and the differing rows when not.

Three readings are ours on purpose: 00 is + everywhere; the country's code without a plus is the code where the rest fits, not
an area (62361... is Bali, not 0623); a Korean 010 has eight digits behind it, and 012 is for machines.
"""
import random
import re
import subprocess
import sys

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

TURNS = 20000
PREFIXES = {
    "KR": ["10", "10", "10", "11", "16", "17", "18", "19", "2", "31", "32", "33", "41", "42", "43", "44", "51", "52",
           "53", "54", "55", "61", "62", "63", "64", "70", "50", "15", "16", "18", "99", "12", "20"],
    "ID": ["811", "812", "813", "817", "818", "819", "821", "822", "838", "852", "853", "856", "857", "858", "859",
           "877", "878", "881", "895", "896", "899", "21", "22", "24", "31", "61", "274", "361", "411", "751", "1"],
}
CODES = {"KR": "82", "ID": "62"}
NOBODYS = re.compile(r"\+82(10\d{7}|12\d+)$")
CUSTOMERS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def e164(text, country):
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None, False
    valid = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in CUSTOMERS
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), valid


def written(rng, country, national):
    """One of the ways in which people, shops and sheets write the number."""
    code = CODES[country]
    cut = rng.randrange(2, 5)
    sign = rng.choice(["-", " ", ".", ""])
    pieces = sign.join([national[:cut], national[cut:cut + 4], national[cut + 4:]]).rstrip("-. ")
    trunk = "" if re.match(r"1[568]\d{6}$", national) and country == "KR" else "0"
    return rng.choice([trunk + pieces, pieces, f"+{code} {pieces}", f"+{code}{sign}{pieces}", f"00{code}-{pieces}",
                       f"+{code} (0){pieces}", f"({trunk}{national[:cut]}) {national[cut:]}", code + national])


def generated(rng):
    for _ in range(TURNS):
        country = rng.choice(["KR", "ID"])
        national = rng.choice(PREFIXES[country]) + "".join(rng.choice("0123456789") for _ in range(rng.randrange(5, 10)))
        yield country, written(rng, country, national)


def examples(rows):
    for country, code, trunk in rows:
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            number = phonenumbers.example_number_for_type(country, kind)
            for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164):
                yield country, phonenumbers.format_number(number, form)
            if country != "KZ":  # shares its code with Russia, whose metadata decides without a plus
                yield country, str(number.country_code) + phonenumbers.national_significant_number(number)
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
        if str(metadata.country_code) != code or (trunk and metadata.national_prefix != trunk):
            sys.exit(f"calling.def: {country} has code {metadata.country_code}, trunk {metadata.national_prefix}")


def main():
    cli, table = sys.argv[1:]
    rows = re.findall(r'^CALLING\((\w\w), "(\d+)", "(\d*)"', open(table, encoding="utf-8").read(), re.M)
    codes = CODES | {country: code for country, code, _ in rows}
    rng = random.Random(20251129)
    asked = list(generated(rng))
    must = list(examples(rows))
    lines = "".join(f"{country}\t{text}\n" for country, text in asked + must)
    answers = subprocess.run([cli], input=lines, capture_output=True, text=True, check=True).stdout.split()
    differing, taken = [], 0
    for turn, ((country, text), ours) in enumerate(zip(asked + must, answers, strict=True)):
        theirs, valid = e164(re.sub("^00", "+", text), country)
        needed = turn >= len(asked) or (valid and theirs.startswith("+" + CODES[country]) and not NOBODYS.match(theirs))
        taken += ours != "-"
        readings = {theirs, e164("+" + text, country)[0] if text.startswith(codes[country]) else theirs}
        if (ours == "-" and needed) or (ours != "-" and ours not in readings):
            differing.append(f"{country} {text!r}: ours {ours}, libphonenumber {theirs}{' (valid)' if valid else ''}")
    print(f"{len(answers)} numbers, {taken} taken, {len(differing)} differ")
    print("\n".join(differing[:40]))
    return 1 if differing or taken < TURNS // 4 else 0


sys.exit(main())
