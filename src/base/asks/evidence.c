/* Members of the asks of files found outside. */
#include "base/asks/tables.h"

static const char evidence_line_about[] = "the line that took the file in";

const struct member evidence_add_members[] = {
    TEXT(evidence_add_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(evidence_add_ask, data, EVIDENCE_PART_BYTES / 3 * 4 + 8, true,
         "the file, base64; or a part of 524,288 bytes of it, the last one shorter"),
    TEXT(evidence_add_ask, name, 100, true, "what the file is called; sealed"),
    TEXT(evidence_add_ask, source, LINE_TEXT_MAX, false, "where it is from, or who gave it"),
    TEXT(evidence_add_ask, upload, ID_BYTES_MAX, false, "as the answer to the first part names it"),
    MEMBER(evidence_add_ask, part, WIRE_U64, UINT32_MAX, false, "which part, from 0"),
    MEMBER(evidence_add_ask, more, WIRE_BOOL, 1, false, "parts follow; else this is the last"),
    {0},
};
const struct member evidence_read_members[] = {
    TEXT(evidence_read_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_read_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    TEXT(evidence_read_ask, reason, LINE_TEXT_MAX, false, "why it is taken out, to whom it goes; sealed"),
    TEXT(evidence_read_ask, taking, ID_BYTES_MAX, false,
         "as the first answer names it; none: begin, and nothing is given out yet"),
    MEMBER(evidence_read_ask, part, WIRE_U64, UINT32_MAX, false, "which part, from 0"),
    MEMBER(evidence_read_ask, check, WIRE_BOOL, 1, false,
           "give nothing out, only check it, 16 parts at once"),
    {0},
};
const struct member password_range_members[] = {
    TEXT(password_range_ask, prefix, ID_BYTES_MAX, true,
         "the first five hexadecimal digits of the password's SHA-1"),
    MEMBER(password_range_ask, padding, WIRE_BOOL, 1, false,
           "add made-up lines of count 0, so that the length tells nothing; or the header Add-Padding: true"),
    {0},
};
const struct member evidence_match_members[] = {
    TEXT(evidence_match_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_match_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    MEMBER(evidence_match_ask, progress, WIRE_BOOL, 1, false, "how far it is, while another asked for it"),
    MEMBER(evidence_match_ask, again, WIRE_BOOL, 1, false,
           "match it anew, with the vault as it is now; else what was found last is told"),
    {0},
};
const struct member evidence_orphans_members[] = {
    TEXT(evidence_orphans_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(evidence_orphans_ask, file, ID_BYTES_MAX, false, "the one to destroy; none: list them"),
    TEXT(evidence_orphans_ask, reason, LINE_TEXT_MAX, false, "why it is destroyed; sealed"),
    MEMBER(evidence_orphans_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
const struct member evidence_release_members[] = {
    TEXT(evidence_release_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(evidence_release_ask, line, WIRE_U64, UINT32_MAX, true, evidence_line_about),
    TEXT(evidence_release_ask, reason, LINE_TEXT_MAX, true, "why it is destroyed; sealed"),
    MEMBER(evidence_release_ask, dry_run, WIRE_BOOL, 1, false, "say what would happen, change nothing"),
    {0},
};
