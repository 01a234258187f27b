/* Members of the asks of incidents. */
#include "base/asks/tables.h"

static const char rfc3339_about[] = "a time, RFC 3339, such as 2026-11-22T09:00:00Z";
static const char of_about[] = "number of the line that it amends or is about; 0 or none: a new one";
static const char cadence_about[] = "hours until the next word at the latest; none: 72";

const struct member incident_open_members[] = {
    TEXT(incident_open_ask, title, 300, true, "what happened, as far as is known, in one line"),
    TEXT(incident_open_ask, kind, NAME_BYTES_MAX, true,
         "which playbook it goes by, such as drained_by_key; its tasks are added at once; other: none"),
    TEXT(incident_open_ask, at, 40, false, "when it was known: RFC 3339; none: now"),
    TEXT(incident_open_ask, source, LINE_TEXT_MAX, false, "who or what said so"),
    TEXT(incident_open_ask, lang, 8, false,
         "the language of its playbook's tasks: en, id or ko; none: that of mails"),
    {0},
};
const struct member incident_list_members[] = {
    TEXT(incident_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member incident_show_members[] = {
    TEXT(incident_show_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_show_ask, part, 32, false, "timeline, tasks, claims, …; none: its state"),
    TEXT(incident_show_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_show_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member incident_add_members[] = {
    TEXT(incident_add_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_add_ask, kind, 32, true, "tasks, claims, notes, hypotheses, instants, …"),
    TEXT(incident_add_ask, text, LINE_TEXT_MAX, false, "what, in words; sealed"),
    TEXT(incident_add_ask, name, 100, false, "whom or which: an authority, an instant's name"),
    TEXT(incident_add_ask, state, 16, false, "open, done, verified, … as its kind has them"),
    TEXT(incident_add_ask, who, ID_BYTES_MAX, false, "a reader: staff_…, key_… or operator"),
    TEXT(incident_add_ask, at, 40, false, rfc3339_about),
    TEXT(incident_add_ask, due, 40, false, rfc3339_about),
    MEMBER(incident_add_ask, of, WIRE_U64, UINT32_MAX, false, of_about),
    TEXT(incident_add_ask, source, LINE_TEXT_MAX, false, "who or what says so"),
    TEXT(incident_add_ask, confidence, 8, false, "low, medium or high"),
    MEMBER(incident_add_ask, evidence, WIRE_TEXTS, 32, false,
           "what shows it: files, tickets, entries of the ledger"),
    TEXT(incident_add_ask, hash, 128, false, "SHA-256 of what was delivered, or of a check's output"),
    TEXT(incident_add_ask, receipt, 300, false, "what the other side gave for it"),
    TEXT(incident_add_ask, check, LINE_TEXT_MAX, false, "how it is seen that a prevention holds"),
    MEMBER(incident_add_ask, fixes, WIRE_U64, UINT32_MAX, false,
           "the hypothesis, marked as the cause, that it mends"),
    TEXT(incident_add_ask, stance, 8, false, "for or against: what the evidence speaks"),
    MEMBER(incident_add_ask, cause, WIRE_BOOL, 1, false, "this confirmed hypothesis is the cause"),
    MEMBER(incident_add_ask, needs_evidence, WIRE_BOOL, 1, false, "the task is done only with evidence"),
    MEMBER(incident_add_ask, minutes, WIRE_U64, UINT32_MAX, false, "time that it took"),
    MEMBER(incident_add_ask, amount, WIRE_U64, INT64_MAX, false, "money that it cost, in minor units"),
    TEXT(incident_add_ask, currency, 3, false, "ISO 4217"),
    TEXT(incident_add_ask, peers, 8, false, "of a suspect: key, or role: who has their role is a peer too"),
    TEXT(incident_add_ask, role, 32, false, "of a task: legal, security, comms, support, owner"),
    TEXT(incident_add_ask, question, LINE_TEXT_MAX, false, "what was decided upon, and between what"),
    TEXT(incident_add_ask, lang, 8, false, "of a fact: the language of its text: en, id or ko; none: any"),
    TEXT(incident_add_ask, answer, 40, false, "of severity: an answer of that factor; of choices: a value"),
    TEXT(incident_add_ask, until, 40, false, "the end of a time that began at `at`, RFC 3339"),
    TEXT(incident_add_ask, url, 1000, false, "of postings: the page"),
    MEMBER(incident_add_ask, says, WIRE_TEXTS, 32, false,
           "of what was done: the elements that the text said, so that what it left out is known"),
    MEMBER(incident_add_ask, people, WIRE_U64, UINT32_MAX, false, "of a claim: how many people it speaks of"),
    TEXT(incident_add_ask, basis, 8, false,
         "of a claim with people: what it rests on: device, file, log, sample or word"),
    {0},
};
const struct member incident_facts_members[] = {
    TEXT(incident_facts_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
const struct member report_draft_members[] = {
    TEXT(report_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(report_draft_ask, duty, 100, false,
         "which: kr-pipa/authority, id-pdp/authority, …, impact or surcharge"),
    TEXT(report_draft_ask, lang, 8, false, "en, id or ko; none: the authority's"),
    MEMBER(report_draft_ask, amends, WIRE_U64, UINT32_MAX, false,
           "the line of a report that this one changes"),
    MEMBER(report_draft_ask, dry_run, WIRE_BOOL, 1, false, "only show it, keep nothing"),
    {0},
};
const struct member report_show_members[] = {
    TEXT(report_show_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(report_show_ask, line, WIRE_U64, UINT32_MAX, false,
           "the report's line; none: all of the incident"),
    {0},
};
const struct member report_print_members[] = {
    TEXT(report_print_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(report_print_ask, line, WIRE_U64, UINT32_MAX, true, "the report's line"),
    {0},
};
const struct member report_file_members[] = {
    TEXT(report_file_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(report_file_ask, at, 40, false, "when it was filed, RFC 3339; none: now"),
    TEXT(report_file_ask, how, LINE_TEXT_MAX, true, "by which way: its form, mail, letter; to whom"),
    TEXT(report_file_ask, receipt, 300, false, "what the authority gave for it: a number, a name"),
    TEXT(report_file_ask, hash, 128, false, "SHA-256 of the file that was sent"),
    MEMBER(report_file_ask, line, WIRE_U64, UINT32_MAX, true, "the report's line"),
    {0},
};
const struct member incident_clocks_members[] = {
    TEXT(incident_clocks_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
const struct member incident_severity_members[] = {
    TEXT(incident_severity_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
const struct member incident_cost_members[] = {
    TEXT(incident_cost_ask, id, ID_BYTES_MAX, false,
         "the incident's id; none: as if everybody's data leaked today"),
    MEMBER(incident_cost_ask, notice_each, WIRE_U64, 1000000000, false,
           "what one notice costs, in whole units of the profile's currency"),
    MEMBER(incident_cost_ask, redress_each, WIRE_U64, 1000000000, false,
           "what each person would be given, as well"),
    {0},
};
const struct member profile_put_members[] = {
    TEXT(profile_put_ask, seat, 2, false, "country of the shop's seat, such as ID; -: not said"),
    TEXT(profile_put_ask, turnover, 16, false, "of a year, whole units of its currency; -: not said"),
    TEXT(profile_put_ask, currency, 3, false, "ISO 4217"),
    TEXT(profile_put_ask, sector, 40, false, "what the shop does, in its words"),
    TEXT(profile_put_ask, marketplace, 3, false, "yes, no or -: is it an online marketplace?"),
    TEXT(profile_put_ask, medium, 3, false, "yes, no or -: is it of medium size or larger?"),
    TEXT(profile_put_ask, prevention, 16, false, "what prevention costs a year, in the same currency"),
    TEXT(profile_put_ask, name, 1000, false, "the controller's name, as reports say it"),
    TEXT(profile_put_ask, contact, 1000, false, "whom an authority asks: name, telephone, e-mail"),
    TEXT(profile_put_ask, desk, 1000, false, "who takes complaints and claims, and how to reach them"),
    {0},
};
const struct member profile_show_members[] = {{0}};
const struct member contact_put_members[] = {
    MEMBER(contact_put_ask, number, WIRE_U64, UINT32_MAX, false, "which one; 0 or none: a new one"),
    TEXT(contact_put_ask, regime, 40, false, "of which rules, such as kr-pipa"),
    TEXT(contact_put_ask, recipient, 40, false, "which authority, as these rules call it"),
    TEXT(contact_put_ask, name, 1000, false, "who"),
    TEXT(contact_put_ask, way, 1000, false, "telephone, e-mail, page of the form"),
    TEXT(contact_put_ask, note, 1000, false, "hours, account, case number"),
    MEMBER(contact_put_ask, drop, WIRE_BOOL, 1, false, "take it out of the list"),
    {0},
};
const struct member contact_list_members[] = {
    TEXT(contact_list_ask, regime, 40, false, "of these rules only"),
    {0},
};
const struct member statement_draft_members[] = {
    TEXT(statement_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(statement_draft_ask, kind, 16, false, "statement, apology, or update"),
    TEXT(statement_draft_ask, lang, 8, false, "of a text of one's own: en, id or ko"),
    TEXT(statement_draft_ask, channel, 16, false,
         "of a text of one's own: page, email, sms, messenger, social, banner, desk, qa"),
    TEXT(statement_draft_ask, text, 20000, false, "what shall stand there in place of the draft's"),
    MEMBER(statement_draft_ask, amends, WIRE_U64, UINT32_MAX, false,
           "the line of the draft in which one text is replaced"),
    MEMBER(statement_draft_ask, hours, WIRE_U64, 720, false, cadence_about),
    MEMBER(statement_draft_ask, dry_run, WIRE_BOOL, 1, false, "only show it, keep nothing"),
    {0},
};
const struct member statement_show_members[] = {
    TEXT(statement_show_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(statement_show_ask, line, WIRE_U64, UINT32_MAX, false,
           "the statement's line; none: all of the incident"),
    {0},
};
const struct member statement_publish_members[] = {
    TEXT(statement_publish_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(statement_publish_ask, where, LINE_TEXT_MAX, true, "where it was published: pages and accounts"),
    MEMBER(statement_publish_ask, line, WIRE_U64, UINT32_MAX, true, "the statement's line"),
    MEMBER(statement_publish_ask, hours, WIRE_U64, 720, false, cadence_about),
    {0},
};
const struct member incident_contain_members[] = {
    TEXT(incident_contain_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(incident_contain_ask, dry_run, WIRE_BOOL, 1, false, "say what would be suspended, change nothing"),
    MEMBER(incident_contain_ask, lift, WIRE_BOOL, 1, false,
           "let what it suspended in again; takes two people"),
    {0},
};
const struct member incident_scope_members[] = {
    TEXT(incident_scope_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_scope_ask, from, 40, false, "when it may have begun, RFC 3339; none: when the vault did"),
    TEXT(incident_scope_ask, to, 40, false, "when it ended, RFC 3339; none: now"),
    MEMBER(incident_scope_ask, fields, WIRE_TEXTS, REVEAL_FIELDS_MAX, false, "field names; none: all"),
    MEMBER(incident_scope_ask, keys, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "keys that may have been used, with those they took the place of"),
    MEMBER(incident_scope_ask, staff, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "staff by whose sessions it may have been"),
    MEMBER(incident_scope_ask, holders, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "staff: their sessions, and every key they hold or held"),
    MEMBER(incident_scope_ask, outside_readers, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "users or addresses in logs of other systems, SYSTEM:NAME"),
    MEMBER(incident_scope_ask, networks, WIRE_TEXTS, SCOPE_TEXTS_MAX, false,
           "addresses or ranges it came from"),
    MEMBER(incident_scope_ask, purposes, WIRE_TEXTS, SCOPE_TEXTS_MAX, false, "purposes that were given"),
    MEMBER(incident_scope_ask, gaps, WIRE_TEXTS, 16, false,
           "FROM/TO: times in which nothing was written down"),
    MEMBER(incident_scope_ask, copied_at, WIRE_TEXTS, 16, false,
           "times of which a copied database or backup is"),
    MEMBER(incident_scope_ask, keks, WIRE_TEXTS, 16, false, "epochs of the key-encryption key that leaked"),
    MEMBER(incident_scope_ask, indexes, WIRE_TEXTS, 16, false,
           "FIELD or FIELD:EPOCH: index keys that leaked"),
    MEMBER(incident_scope_ask, outside, WIRE_TEXTS, 16, false,
           "NAME or NAME:FIELD,FIELD: what is outside the vault, so not provable here"),
    MEMBER(incident_scope_ask, quiet_hours, WIRE_U64, 720, false,
           "for how long the vault wrote nothing down before it is told as a gap of its own log; none: 24"),
    MEMBER(incident_scope_ask, evidence, WIRE_TEXTS, 16, false,
           "lines of files that were matched: who is in them is known; alone, no look is suspected"),
    {0},
};
const struct member incident_hold_members[] = {
    TEXT(incident_hold_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_hold_ask, place, 100, true, "where they are: the name of a machine"),
    MEMBER(incident_hold_ask, files, WIRE_TEXTS, HELD_FILES_MAX, false,
           "each \"BYTES SHA256 SHA256-OF-AS-MANY-AS-WERE-KNOWN PATH\", or \"- PATH\": it is not there"),
    TEXT(incident_hold_ask, text, LINE_TEXT_MAX, false, "why nothing is kept there any more"),
    MEMBER(incident_hold_ask, end, WIRE_BOOL, 1, false, "nothing is kept there any more"),
    {0},
};
const struct member incident_check_members[] = {
    TEXT(incident_check_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(incident_check_ask, line, WIRE_U64, UINT32_MAX, false,
           "the prevention; none: all that the vault can check"),
    {0},
};
const struct member incident_exposures_members[] = {
    TEXT(incident_exposures_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_exposures_ask, subject, ID_BYTES_MAX, false,
         "one person: what, when, by whom, with proofs"),
    MEMBER(incident_exposures_ask, number, WIRE_U64, UINT32_MAX, false, "which count; 0 or none: the newest"),
    TEXT(incident_exposures_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(incident_exposures_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member incident_close_members[] = {
    TEXT(incident_close_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_close_ask, text, LINE_TEXT_MAX, false, "a last word; of reopen: why"),
    MEMBER(incident_close_ask, dry_run, WIRE_BOOL, 1, false, "say what is missing, change nothing"),
    MEMBER(incident_close_ask, reopen, WIRE_BOOL, 1, false, "open a closed one again"),
    {0},
};
const struct member incident_reconcile_members[] = {
    TEXT(incident_reconcile_ask, id, ID_BYTES_MAX, true, incident_about),
    {0},
};
const struct member incident_export_members[] = {
    TEXT(incident_export_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(incident_export_ask, personal, ID_BYTES_MAX, false,
         "an export of this incident's people that two agreed to, and that is yours: its hash and proofs go "
         "in"),
    {0},
};
