/* Members of the asks about incidents: lines, reports, public words, evidence, notices. */
#include "base/asks_priv.h"

enum { LINE_TEXT_MAX = 4000 };

static const char incident_about[] = "the incident's id, inc_…";
static const char rfc3339_about[] = "a time, RFC 3339, such as 2026-11-22T09:00:00Z";
static const char account_about[] = "which of the accounts with that address, from 0";
static const char browser_about[] = "which browser asks: its cookie at the portal, set by the front";
static const char of_about[] = "number of the line that it amends or is about; 0 or none: a new one";
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
static const char cadence_about[] = "hours until the next word at the latest; none: 72";
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
static const char notice_run_about[] = "number of the run";
const struct member notice_draft_members[] = {
    TEXT(notice_draft_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(notice_draft_ask, kind, 16, false,
         "notice (default), supplement: what changed since another run, care: a later reminder, watch: to "
         "those who asked to be told of files"),
    TEXT(notice_draft_ask, channel, 16, false,
         "mail (default); to those whom the run `after` did not reach: hook, letter, or list"),
    MEMBER(notice_draft_ask, audiences, WIRE_TEXTS, 8, false, "active, closed, linked; none: all of them"),
    MEMBER(notice_draft_ask, regimes, WIRE_TEXTS, 16, false,
           "laws that it must meet; none: those of the people's countries"),
    MEMBER(notice_draft_ask, number, WIRE_U64, UINT32_MAX, false,
           "by which count; 0 or none: the newest. Of watch: the line of a file that was matched"),
    MEMBER(notice_draft_ask, after, WIRE_U64, UINT32_MAX, false,
           "of a supplement, care, or another channel than mail: the run that it follows"),
    MEMBER(notice_draft_ask, per_day, WIRE_U64, UINT32_MAX, false,
           "mails a day that the host takes; none: not known"),
    MEMBER(notice_draft_ask, consent, WIRE_BOOL, 1, false,
           "only those with a date in the field e_notice_consent"),
    MEMBER(notice_draft_ask, no_care, WIRE_BOOL, 1, false,
           "no after-care follows by itself after 1, 3, 6 and 12 months"),
    {0},
};
const struct member notice_status_members[] = {
    TEXT(notice_status_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_status_ask, run, WIRE_U64, UINT32_MAX, false,
           "number of the run; none: all of the incident"),
    TEXT(notice_status_ask, state, 32, false, "list those in this state: no_address, refused, bounced, …"),
    TEXT(notice_status_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(notice_status_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member notice_act_members[] = {
    TEXT(notice_act_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_act_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_act_ask, act, 32, true, "send, pause, resume, stop, reached, test"),
    TEXT(notice_act_ask, to, 254, false, "of test: to which address"),
    TEXT(notice_act_ask, lang, 8, false, lang_about),
    TEXT(notice_act_ask, text, 1000, false, "of reached: how and when"),
    MEMBER(notice_act_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of reached: whom"),
    {0},
};
const struct member notice_hook_members[] = {
    TEXT(notice_hook_ask, url, 500, false,
         "https://…: where each text message is posted; none: show the setting"),
    TEXT(notice_hook_ask, form, 16, false,
         "own (default): Amanah's body, signed; whatsapp: the WhatsApp Cloud API"),
    TEXT(notice_hook_ask, template, 512, false, "of whatsapp: the approved template, with four places"),
    TEXT(notice_hook_ask, token, 1024, false, "of whatsapp: the access token; sealed"),
    TEXT(notice_hook_ask, ca, 16384, false,
         "certificates that the other side's must come from, PEM; none: the machine's"),
    {0},
};
const struct member notice_letters_members[] = {
    TEXT(notice_letters_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_letters_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_letters_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(notice_letters_ask, limit, WIRE_U64, NOTICE_LETTERS_MAX, false,
           "people at a time, default and most 500"),
    {0},
};
const struct member notice_preview_members[] = {
    TEXT(notice_preview_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_preview_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_preview_ask, lang, 8, false, lang_about),
    {0},
};
const struct member notice_person_members[] = {
    TEXT(notice_person_ask, id, ID_BYTES_MAX, true, incident_about),
    MEMBER(notice_person_ask, run, WIRE_U64, UINT32_MAX, true, notice_run_about),
    TEXT(notice_person_ask, subject, ID_BYTES_MAX, true, subject_id_about),
    {0},
};
const struct member notice_verify_members[] = {
    TEXT(notice_verify_ask, code, 64, true, "the notice code, as it stands in the mail"),
    {0},
};
const struct member portal_show_members[] = {
    TEXT(portal_show_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_verify_members[] = {
    TEXT(portal_verify_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_verify_ask, code, 64, true, "the notice code, as it stands in the mail or letter"),
    {0},
};
const struct member portal_code_members[] = {
    TEXT(portal_code_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_code_ask, email, 320, true, "where the code shall go, if the shop knows that address"),
    TEXT(portal_code_ask, lang, 8, false, lang_about),
    {0},
};
const struct member portal_enter_members[] = {
    TEXT(portal_enter_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_enter_ask, code, 32, true, "the eight digits that came by mail"),
    {0},
};
const struct member portal_leave_members[] = {
    TEXT(portal_leave_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_mine_members[] = {
    TEXT(portal_mine_ask, browser, ID_BYTES_MAX, false, browser_about),
    {0},
};
const struct member portal_data_members[] = {
    TEXT(portal_data_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_data_ask, notice, 64, true, "the code of a notice that was sent to them"),
    {0},
};
const struct member portal_seen_members[] = {
    TEXT(portal_seen_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_seen_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(portal_seen_ask, account, WIRE_U64, 7, false, account_about),
    {0},
};
const struct member portal_wallet_members[] = {
    TEXT(portal_wallet_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_wallet_ask, lang, 8, false, lang_about),
    MEMBER(portal_wallet_ask, account, WIRE_U64, 7, false, account_about),
    {0},
};
const struct member portal_write_members[] = {
    TEXT(portal_write_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_write_ask, kind, 16, true, "complaint, question, scam or rights"),
    TEXT(portal_write_ask, text, 8000, true, "what they say; sealed"),
    TEXT(portal_write_ask, sender, 300, false, "of a scam: who wrote or called; sealed"),
    TEXT(portal_write_ask, contact, 254, false,
         "an e-mail address for the answer, of somebody who did not come in"),
    MEMBER(portal_write_ask, mine, WIRE_BOOL, 1, false, "as who came in with a code; else as somebody"),
    MEMBER(portal_write_ask, account, WIRE_U64, 7, false, account_about),
    TEXT(portal_write_ask, lang, 3, false, lang_about),
    TEXT(portal_write_ask, country, 2, false,
         "whose law says by when they are answered: KR; none: the customer's"),
    {0},
};
const struct member portal_status_members[] = {
    TEXT(portal_status_ask, browser, ID_BYTES_MAX, false, browser_about),
    TEXT(portal_status_ask, file, 32, false, "its name, such as en.html; none: the page in that language"),
    TEXT(portal_status_ask, lang, 8, false,
         "en, id or ko; none: what Accept-Language asks for, else the shop's"),
    {0},
};
const struct member notice_bounce_members[] = {
    TEXT(notice_bounce_ask, recipient, 320, true, "the address that the bounce came to"),
    TEXT(notice_bounce_ask, message, (size_t)512 * 1024, true, "the bounce, as it came"),
    {0},
};
const struct member notice_text_members[] = {
    TEXT(notice_text_ask, lang, 8, true, lang_about),
    TEXT(notice_text_ask, kind, 16, false, "notice (default), supplement, care"),
    TEXT(notice_text_ask, text, (size_t)32 * 1024, false, "the new template; none: show it"),
    {0},
};
const struct member words_check_members[] = {
    TEXT(words_check_ask, id, ID_BYTES_MAX, true, incident_about),
    TEXT(words_check_ask, lang, 8, true, "its language: en, id or ko"),
    TEXT(words_check_ask, kind, 16, false, "for whom it is: notice (default), statement, report, other"),
    TEXT(words_check_ask, subject, 1000, false, "its subject line"),
    TEXT(words_check_ask, text, (size_t)64 * 1024, true, "the text"),
    MEMBER(words_check_ask, part, WIRE_BOOL, 1, false,
           "it is a part: kinds of data that it leaves out are no fault"),
    MEMBER(words_check_ask, possible, WIRE_BOOL, 1, false,
           "it is to people of whom it is not known that something leaked, only possible"),
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

static const char campaign_about[] = "the campaign's id, cam_…";
static const char code_about[] = "the voucher's code as somebody typed it";
static const char only_campaign_about[] = "only of this campaign, cam_…; another's code is voucher.elsewhere";
static const char only_part_about[] = "only for this part; another's code is voucher.elsewhere";
static const char client_about[] = "the address that the customer comes from: wrong codes are counted by it";
static const char amount_about[] =
    "in minor units of the currency: 5000 won, 1250 cents; or units of a benefit";
static const char redemption_about[] = "id of the redemption, red_…";
static const char budgets_about[] = "PART=AMOUNT each; none: enough for everybody";
static const char recipient_about[] = "age1…: the only one for whom files of its codes are made";
static const char accepted_about[] =
    "what the check of terms found and is announced all the same: waiver, spend, …";
enum { TERMS_TEXT_MAX = 12 * 1024, PARTS_TEXTS_MAX = 16, REFUND_MAX = 366 };
#define AMOUNT_MOST ((size_t)1000000000000000)
#define CAMPAIGN_TERMS(ask)                                             \
    TEXT(ask, terms_en, TERMS_TEXT_MAX, false, "the terms in English"), \
        TEXT(ask, terms_id, TERMS_TEXT_MAX, false, "in Indonesian"),    \
        TEXT(ask, terms_ko, TERMS_TEXT_MAX, false, "in Korean")
#define VOUCHER_CODE(ask)                                                                                 \
    TEXT(ask, code, 64, true, code_about), TEXT(ask, campaign, ID_BYTES_MAX, false, only_campaign_about), \
        TEXT(ask, part, 32, false, only_part_about), TEXT(ask, client_network, 49, false, client_about)

const struct member campaign_open_members[] = {
    TEXT(campaign_open_ask, title, 200, true, "its name, as people read it"),
    TEXT(campaign_open_ask, purpose, 200, false, "why: duty, goodwill, …; not told to customers"),
    TEXT(campaign_open_ask, incident, ID_BYTES_MAX, false, "for those whom this incident's count exposes"),
    TEXT(campaign_open_ask, class, 8, false, "known or possible; none: both"),
    TEXT(campaign_open_ask, who, 8, false, "exposed (default), listed, all"),
    MEMBER(campaign_open_ask, number, WIRE_U64, UINT32_MAX, false, "by which count; 0 or none: the newest"),
    MEMBER(campaign_open_ask, subjects, WIRE_TEXTS, REVEAL_SUBJECTS_MAX, false, "of listed: whom"),
    MEMBER(campaign_open_ask, parts, WIRE_TEXTS, PARTS_TEXTS_MAX, true,
           "NAME=AMOUNT in the currency, such as travel=20000; or NAME=NUMBER UNIT for a benefit"),
    MEMBER(campaign_open_ask, budgets, WIRE_TEXTS, PARTS_TEXTS_MAX, false, budgets_about),
    TEXT(campaign_open_ask, currency, 3, false, "ISO 4217: KRW, IDR, USD, …"),
    TEXT(campaign_open_ask, from, 40, false, "a day of its zone, or a time; none: now"),
    TEXT(campaign_open_ask, until, 40, true, "its last day in its zone, or a time"),
    TEXT(campaign_open_ask, zone, 64, false, "whose days: Asia/Seoul, Asia/Jakarta, or a rule; none: UTC"),
    TEXT(campaign_open_ask, recipient, 62, false, recipient_about),
    MEMBER(campaign_open_ask, refund_days, WIRE_U64, REFUND_MAX, false,
           "what is refunded can be used so long at least; 0 or none: 30"),
    MEMBER(campaign_open_ask, linked, WIRE_BOOL, 1, false, "who is linked to a customer has one, too"),
    CAMPAIGN_TERMS(campaign_open_ask),
    {0},
};
const struct member campaign_announce_members[] = {
    TEXT(campaign_announce_ask, id, ID_BYTES_MAX, true, campaign_about),
    MEMBER(campaign_announce_ask, accepted, WIRE_TEXTS, 8, false, accepted_about),
    {0},
};
const struct member campaign_change_members[] = {
    TEXT(campaign_change_ask, id, ID_BYTES_MAX, true, campaign_about),
    TEXT(campaign_change_ask, from, 40, false, "before it is announced only"),
    TEXT(campaign_change_ask, until, 40, false, "its last day in its zone, or a time"),
    TEXT(campaign_change_ask, zone, 64, false, "whose days `from` and `until` are"),
    TEXT(campaign_change_ask, recipient, 62, false, recipient_about),
    MEMBER(campaign_change_ask, refund_days, WIRE_U64, REFUND_MAX, false, "0 or none: as it was"),
    MEMBER(campaign_change_ask, budgets, WIRE_TEXTS, PARTS_TEXTS_MAX, false, budgets_about),
    CAMPAIGN_TERMS(campaign_change_ask),
    MEMBER(campaign_change_ask, accepted, WIRE_TEXTS, 8, false, accepted_about),
    MEMBER(campaign_change_ask, announce, WIRE_BOOL, 1, false,
           "to the worse: with a new announcement, which people are told"),
    {0},
};
const struct member campaign_show_members[] = {
    TEXT(campaign_show_ask, id, ID_BYTES_MAX, false, campaign_about),
    {0},
};
const struct member campaign_totals_members[] = {
    TEXT(campaign_totals_ask, id, ID_BYTES_MAX, true, campaign_about),
    {0},
};
const struct member campaign_codes_members[] = {
    TEXT(campaign_codes_ask, id, ID_BYTES_MAX, true, campaign_about),
    TEXT(campaign_codes_ask, taking, 32, false, "as the first piece named it; none: begin a file"),
    MEMBER(campaign_codes_ask, piece, WIRE_U64, UINT32_MAX, false, "number of the piece that comes next"),
    {0},
};
const struct member campaign_rekey_members[] = {
    TEXT(campaign_rekey_ask, id, ID_BYTES_MAX, true, campaign_about),
    {0},
};
const struct member wallet_members[] = {
    TEXT(wallet_ask, id, ID_BYTES_MAX, false, "whose: a subject's id; none with a pass: the pass's customer"),
    TEXT(wallet_ask, pass, BEARER_BYTES_MAX, false, "a self pass of the customer, amp_…"),
    TEXT(wallet_ask, grant, ID_BYTES_MAX, false, "a grant to look at them, for a role that needs one"),
    TEXT(wallet_ask, reason, REASON_BYTES_MAX, false, "why, in words; sealed, never in the ledger"),
    TEXT(wallet_ask, lang, 8, false, "of the terms: en, id or ko; none: the customer's"),
    MEMBER(wallet_ask, codes, WIRE_BOOL, 1, false, "with their codes: with a pass only, as a code is money"),
    {0},
};
const struct member voucher_check_members[] = {
    VOUCHER_CODE(voucher_check_ask),
    {0},
};
const struct member voucher_reserve_members[] = {
    VOUCHER_CODE(voucher_reserve_ask),
    MEMBER(voucher_reserve_ask, amount, WIRE_U64, AMOUNT_MOST, true, amount_about),
    MEMBER(voucher_reserve_ask, seconds, WIRE_U64, UINT32_MAX, false,
           "how long it is held: 0 or none: 15 minutes; a week at most"),
    {0},
};
const struct member voucher_redeem_members[] = {
    VOUCHER_CODE(voucher_redeem_ask),
    MEMBER(voucher_redeem_ask, amount, WIRE_U64, AMOUNT_MOST, true, amount_about),
    {0},
};
const struct member voucher_capture_members[] = {
    TEXT(voucher_capture_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    MEMBER(voucher_capture_ask, amount, WIRE_U64, AMOUNT_MOST, false, "0 or none: all that was reserved"),
    {0},
};
const struct member voucher_void_members[] = {
    TEXT(voucher_void_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    {0},
};
const struct member voucher_refund_members[] = {
    TEXT(voucher_refund_ask, redemption, ID_BYTES_MAX, true, redemption_about),
    MEMBER(voucher_refund_ask, amount, WIRE_U64, AMOUNT_MOST, false,
           "0 or none: all that is not refunded yet"),
    {0},
};
