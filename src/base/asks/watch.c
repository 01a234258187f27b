/* Members of the asks of the watch, and what it tells. */
#include "base/asks/tables.h"

static const char reader_about[] = "key_… or staff_…";
static const char sink_about[] = "the sink's id, sink_…";

const struct member budget_put_members[] = {
    TEXT(budget_put_ask, scope, 16, true, "reader, holder, network, role or shop"),
    TEXT(budget_put_ask, id, ID_BYTES_MAX, false,
         "of which: a key's or staff id, an address, a role's name; not of shop"),
    MEMBER(budget_put_ask, minute, WIRE_U64, UINT32_MAX, false, minute_about),
    MEMBER(budget_put_ask, hour, WIRE_U64, UINT32_MAX, false, hour_about),
    MEMBER(budget_put_ask, daily, WIRE_U64, UINT32_MAX, false, daily_about),
    MEMBER(budget_put_ask, monthly, WIRE_U64, UINT32_MAX, false, monthly_about),
    {0},
};
const struct member budget_list_members[] = {{0}};
const struct member blast_radius_members[] = {{0}};
const struct member watch_status_members[] = {{0}};
const struct member alert_list_members[] = {
    TEXT(alert_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(alert_list_ask, limit, WIRE_U64, 1000, false, limit_about),
    MEMBER(alert_list_ask, all, WIRE_BOOL, 1, false, "those that are over as well"),
    {0},
};
const struct member breaker_trip_members[] = {
    TEXT(breaker_trip_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
const struct member breaker_reset_members[] = {
    TEXT(breaker_reset_ask, reader, ID_BYTES_MAX, true, reader_about),
    {0},
};
const struct member canary_begin_members[] = {
    MEMBER(canary_begin_ask, domains, WIRE_TEXTS, 4, true,
           "mail domains of the shop where their addresses stand"),
    MEMBER(canary_begin_ask, keepers, WIRE_TEXTS, 2, false, "the two members of staff who may see the list"),
    {0},
};
const struct member canary_plant_members[] = {
    TEXT(canary_plant_ask, key, ID_BYTES_MAX, false, "the key whose leak it shall show, key_…"),
    TEXT(canary_plant_ask, partner, 64, false, "or a partner's name"),
    {0},
};
const struct member canary_list_members[] = {{0}};
const struct member mute_put_members[] = {
    TEXT(mute_put_ask, detector, 32, false, "a detector, such as first_seen; none: all of that reader"),
    TEXT(mute_put_ask, reader, ID_BYTES_MAX, false, "operator, key_… or staff_…; none: all of that detector"),
    TEXT(mute_put_ask, reason, 200, true, "why, in words without personal data"),
    MEMBER(mute_put_ask, days, WIRE_U64, DAYS_MAX, true, "1 to 90"),
    {0},
};
const struct member observe_members[] = {
    TEXT(observe_ask, system, NAME_BYTES_MAX, true, "the service whose log it is"),
    MEMBER(observe_ask, first, WIRE_BYTES, 32, true, "SHA-256 of the first line"),
    MEMBER(observe_ask, hash, WIRE_BYTES, 32, true, "SHA-256 of all that was read"),
    MEMBER(observe_ask, file, WIRE_U64, UINT32_MAX, false, "the file's number; 0: a new one"),
    MEMBER(observe_ask, known, WIRE_U64, UINT32_MAX, false, "files that begin alike"),
    MEMBER(observe_ask, from, WIRE_U64, SIZE_MAX / 2, false, "bytes read before"),
    MEMBER(observe_ask, to, WIRE_U64, SIZE_MAX / 2, true, "and after"),
    MEMBER(observe_ask, lines_from, WIRE_U64, SIZE_MAX / 2, false, "lines read before"),
    MEMBER(observe_ask, lines_to, WIRE_U64, SIZE_MAX / 2, true, "and after"),
    MEMBER(observe_ask, broken, WIRE_U64, SIZE_MAX / 2, false, "lines that could not be read"),
    MEMBER(observe_ask, newest_us, WIRE_U64, SIZE_MAX / 2, false, "time of the newest line"),
    MEMBER(observe_ask, behind, WIRE_U64, SIZE_MAX / 2, false, "bytes not read yet"),
    TEXT(observe_ask, name, 1024, false, "the file's name"),
    MEMBER(observe_ask, marks, WIRE_BYTES, 2048, false, "hashes at powers of two"),
    MEMBER(observe_ask, routes, WIRE_TEXTS, 200, false, "routes of the service"),
    MEMBER(observe_ask, rows, WIRE_BYTES, IMPORT_BYTES_MAX, false, "encoded rows"),
    {0},
};
const struct member observe_list_members[] = {
    TEXT(observe_list_ask, system, NAME_BYTES_MAX, false, "one service; none: all"),
    TEXT(observe_list_ask, first, 64, false, "SHA-256 of the first line, hexadecimal"),
    TEXT(observe_list_ask, after, ID_BYTES_MAX, false, page_about),
    MEMBER(observe_list_ask, limit, WIRE_U64, PAGE_MAX, false, limit_about),
    {0},
};
const struct member mail_put_members[] = {
    TEXT(mail_put_ask, url, 300, true, "smtp://host:port or smtps://host:port"),
    TEXT(mail_put_ask, starttls, 8, false, "required (default), or never, to this machine alone"),
    TEXT(mail_put_ask, user, 256, false, "to sign in as; none: without"),
    TEXT(mail_put_ask, password, 256, false, "kept sealed; may be left out while host and user stay"),
    TEXT(mail_put_ask, from, 254, true, "address that mails come from"),
    TEXT(mail_put_ask, name, 200, false, "the shop's name in mails; default its name here"),
    TEXT(mail_put_ask, reply_to, 254, false, "address that answers go to"),
    TEXT(mail_put_ask, lang, 8, false, "id, ko or en (default): of mails to staff"),
    TEXT(mail_put_ask, ca, 65536, false, "certificates to trust, PEM; none: the machine's"),
    {0},
};
const struct member mail_show_members[] = {{0}};
const struct member mail_test_members[] = {
    TEXT(mail_test_ask, to, 254, true, "address that the test goes to"),
    TEXT(mail_test_ask, lang, 8, false, "id, ko or en"),
    {0},
};
const struct member mail_list_members[] = {{0}};
const struct member sink_put_members[] = {
    TEXT(sink_put_ask, id, ID_BYTES_MAX, false, "the sink to change, sink_…; none: a new one"),
    TEXT(sink_put_ask, kind, 16, false, "webhook, syslog, ocsf or mail; of a new one"),
    TEXT(sink_put_ask, url, 500, false,
         "of a webhook: https://…; of syslog: tcp://host:port or tls://host:port"),
    TEXT(sink_put_ask, file, 500, false, "of ocsf: a plain name, in the home; or a path, by the operator"),
    TEXT(sink_put_ask, address, 254, false, "of mail: who gets it"),
    TEXT(sink_put_ask, severity, 16, false, "nothing below: info (default), low, medium, high or critical"),
    TEXT(sink_put_ask, state, 8, false, "on or off"),
    TEXT(sink_put_ask, ca, 65536, false, "certificates to trust, PEM, in place of the machine's"),
    TEXT(sink_put_ask, lang, 8, false, "of mail: id, ko or en; default: the shop's"),
    TEXT(sink_put_ask, offset, 8, false, "of mail: local time, such as +07:00, for the weekly mail"),
    {0},
};
const struct member sink_list_members[] = {{0}};
const struct member sink_drop_members[] = {
    TEXT(sink_drop_ask, id, ID_BYTES_MAX, true, sink_about),
    {0},
};
const struct member sink_test_members[] = {
    TEXT(sink_test_ask, id, ID_BYTES_MAX, false,
         "the sink's id, sink_…; none: every sink, and whoever watches"),
    {0},
};
const struct member weekly_members[] = {
    TEXT(weekly_ask, lang, 8, false, "id, ko or en; default: the shop's"),
    {0},
};
const struct member events_members[] = {
    MEMBER(events_ask, next, WIRE_U64, INT64_MAX, false, "number of the first alert wanted; 0: from now on"),
    MEMBER(events_ask, since, WIRE_U64, INT64_MAX, false,
           "number of the newest news that is known; 0: from now on"),
    {0},
};
