/* Members of the asks of notices to the persons concerned. */
#include "base/asks/tables.h"

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
