#include "send/alert.h"

#include "base/clock.h"
#include "base/json.h"

enum {
    FACILITY_AUTHPRIV = 10,
    CLASS = 2004,
    CATEGORY = 2,
    BEHAVIORAL = 2,
    MS_US = 1000,
    HOST_BYTES_MAX = 255
};

static const struct {
    unsigned number;
    const char *name;
    unsigned activity;
    const char *activity_name;
} events[] = {
#define ALERT_EVENT(NAME, number, name, activity, activity_name) {number, name, activity, activity_name},
#include "send/events.def"
#undef ALERT_EVENT
};

static const struct {
    unsigned number;
    const char *name;
    unsigned ocsf;
    const char *caption;
    unsigned syslog;
} severities[] = {
#define ALERT_SEVERITY(NAME, number, name, ocsf, caption, syslog) {number, name, ocsf, caption, syslog},
#include "send/severities.def"
#undef ALERT_SEVERITY
};

static size_t event_row(unsigned event)
{
    size_t row = 0;
    while (row < COUNT_OF(events) && events[row].number != event) row++;
    return row;
}

/* What has no severity of its own is told as INFO. */
static size_t severity_row(unsigned severity)
{
    for (size_t row = 0; row < COUNT_OF(severities); row++) {
        if (severities[row].number == severity) return row;
    }
    return 0;
}

const char *alert_event_name(unsigned event)
{
    size_t row = event_row(event);
    return row < COUNT_OF(events) ? events[row].name : "?";
}

const char *alert_severity_name(unsigned severity)
{
    for (size_t row = 0; row < COUNT_OF(severities); row++) {
        if (severities[row].number == severity) return severities[row].name;
    }
    return "?";
}

unsigned alert_severity_find(struct slice name)
{
    for (size_t row = 0; row < COUNT_OF(severities); row++) {
        if (slice_is(name, severities[row].name)) return severities[row].number;
    }
    return 0;
}

/* Members of a JSON object, one after another. */
static void member(struct buf *out, const char *name)
{
    if (out->len > 0 && out->at[out->len - 1] != '{') buf_byte(out, ',');
    json_text(out, slice_text(name));
    buf_byte(out, ':');
}

static void member_text(struct buf *out, const char *name, struct slice text)
{
    if (text.len == 0) return;
    member(out, name);
    json_text(out, text);
}

static void member_number(struct buf *out, const char *name, uint64_t number)
{
    member(out, name);
    buf_decimal(out, number);
}

static void member_time(struct buf *out, const char *name, int64_t us)
{
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us);
    member_text(out, name, buf_slice(&text));
}

static void member_bool(struct buf *out, const char *name, bool value)
{
    member(out, name);
    buf_text(out, value ? "true" : "false");
}

static bool of_alert(const struct alert_text *text)
{
    return text->event != ALERT_TEST && text->event != ALERT_MORE;
}

void alert_json(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    SCOPED(buf_done) struct buf json = {0};
    buf_byte(&json, '{');
    member_text(&json, "id", names->id);
    member_text(&json, "event", slice_text(alert_event_name(text->event)));
    member_text(&json, "shop", names->shop);
    member_time(&json, "time", names->time_us);
    if (of_alert(text)) {
        member_text(&json, "alert", names->alert);
        member_text(&json, "detector", text->detector);
        member_text(&json, "severity", slice_text(alert_severity_name(text->severity)));
        member_text(&json, "reader", names->reader);
        member_number(&json, "people", text->people);
        member_number(&json, "count", text->count);
        member_time(&json, "first", text->first_us);
        member_time(&json, "last", text->last_us);
        if (text->entry > 0) member_number(&json, "entry", text->entry);
        member_bool(&json, "stopped", text->stopped);
        if (names->observed) member_bool(&json, "observed", true);
    } else if (text->event == ALERT_MORE) {
        member_number(&json, "count", text->count);
    }
    buf_byte(&json, '}');
    buf_slice_put(out, buf_slice(&json));
}

/* In one English line, for machines whose readers see no more than that. */
static void words_put(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    if (text->event == ALERT_TEST) {
        buf_text(out, "a test of this sink");
        return;
    }
    if (text->event == ALERT_MORE) {
        buf_print(out, "%llu more alerts that could not be told one by one; see them in the vault",
                  (unsigned long long)text->count);
        return;
    }
    buf_slice_put(out, text->detector);
    buf_text(out, text->event == ALERT_ENDED ? " ended: " : text->event == ALERT_GREW ? " grew: " : ": ");
    buf_slice_put(out, names->reader.len > 0 ? names->reader : SLICE_TEXT("several readers"));
    buf_print(out, ", %llu customers", (unsigned long long)text->people);
    if (text->stopped) buf_text(out, ", stopped");
    if (names->observed) buf_text(out, ", observed in the log of another system: cannot be stopped here");
}

/* PARAM-VALUE of RFC 5424 section 6.3.3. */
static void param(struct buf *out, const char *name, struct slice value)
{
    if (value.len == 0) return;
    buf_byte(out, ' ');
    buf_text(out, name);
    buf_text(out, "=\"");
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\' || value.at[i] == ']') buf_byte(out, '\\');
        buf_byte(out, value.at[i]);
    }
    buf_byte(out, '"');
}

static void param_number(struct buf *out, const char *name, uint64_t number)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_decimal(&text, number);
    param(out, name, buf_slice(&text));
}

static void param_time(struct buf *out, const char *name, int64_t us)
{
    SCOPED(buf_done) struct buf text = {0};
    time_put(&text, us);
    param(out, name, buf_slice(&text));
}

static void params_put(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    buf_text(out, "[amanah@32473");
    param(out, "id", names->id);
    param(out, "shop", names->shop);
    if (of_alert(text)) {
        param(out, "alert", names->alert);
        param(out, "detector", text->detector);
        param(out, "severity", slice_text(alert_severity_name(text->severity)));
        param(out, "reader", names->reader);
        param_number(out, "people", text->people);
        param_number(out, "count", text->count);
        param_time(out, "first", text->first_us);
        param_time(out, "last", text->last_us);
        if (text->entry > 0) param_number(out, "entry", text->entry);
        param(out, "stopped", text->stopped ? SLICE_TEXT("true") : SLICE_TEXT("false"));
        if (names->observed) param(out, "observed", SLICE_TEXT("true"));
    } else if (text->event == ALERT_MORE) {
        param_number(out, "count", text->count);
    }
    buf_byte(out, ']');
}

/* HOSTNAME is printable ASCII without blanks; what is not becomes NILVALUE. */
static struct slice host_of(const struct alert_names *names)
{
    bool good = names->host.len > 0 && names->host.len <= HOST_BYTES_MAX;
    for (size_t i = 0; good && i < names->host.len; i++)
        good = names->host.at[i] > ' ' && names->host.at[i] < 0x7f;
    return good ? names->host : SLICE_TEXT("-");
}

void alert_syslog(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    SCOPED(buf_done) struct buf line = {0};
    buf_print(&line, "<%u>1 ", FACILITY_AUTHPRIV * 8 + severities[severity_row(text->severity)].syslog);
    time_put(&line, names->time_us);
    buf_byte(&line, ' ');
    buf_slice_put(&line, host_of(names));
    buf_print(&line, " amanah - %s ", alert_event_name(text->event));
    params_put(text, names, &line);
    buf_byte(&line, ' ');
    words_put(text, names, &line);
    buf_decimal(out, line.len);
    buf_byte(out, ' ');
    buf_slice_put(out, buf_slice(&line));
}

static void member_ms(struct buf *out, const char *name, int64_t us)
{
    member_number(out, name, (uint64_t)(us / MS_US));
}

static void finding_put(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    SCOPED(buf_done) struct buf title = {0};
    words_put(text, names, &title);
    member(out, "finding_info");
    buf_byte(out, '{');
    member_text(out, "uid", names->alert.len > 0 ? names->alert : names->id);
    member_text(out, "title", buf_slice(&title));
    if (of_alert(text)) {
        member(out, "types");
        buf_byte(out, '[');
        json_text(out, text->detector);
        buf_byte(out, ']');
        member_ms(out, "first_seen_time", text->first_us);
        member_ms(out, "last_seen_time", text->last_us);
        member(out, "analytic");
        buf_byte(out, '{');
        member_text(out, "name", text->detector);
        member_number(out, "type_id", BEHAVIORAL);
        member_text(out, "type", SLICE_TEXT("Behavioral"));
        buf_byte(out, '}');
    }
    buf_byte(out, '}');
}

static void metadata_put(const struct alert_names *names, struct buf *out)
{
    member(out, "metadata");
    buf_text(
        out,
        "{\"version\":\"1.3.0\",\"product\":{\"name\":\"Amanah\",\"vendor_name\":\"Amanah\",\"version\":");
    json_text(out, slice_text(AMN_VERSION));
    buf_byte(out, '}');
    member_text(out, "uid", names->id);
    member_text(out, "tenant_uid", names->shop);
    buf_byte(out, '}');
}

/* What OCSF has no place for. */
static void unmapped_put(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    member(out, "unmapped");
    buf_byte(out, '{');
    member_text(out, "event", slice_text(alert_event_name(text->event)));
    if (of_alert(text)) {
        member_text(out, "reader", names->reader);
        member_number(out, "people", text->people);
        if (text->entry > 0) member_number(out, "entry", text->entry);
        member_bool(out, "stopped", text->stopped);
        if (names->observed) member_bool(out, "observed", true);
    }
    buf_byte(out, '}');
}

void alert_ocsf(const struct alert_text *text, const struct alert_names *names, struct buf *out)
{
    SCOPED(buf_done) struct buf json = {0};
    size_t event = event_row(text->event), severity = severity_row(text->severity);
    unsigned activity = event < COUNT_OF(events) ? events[event].activity : 0;
    buf_byte(&json, '{');
    member_number(&json, "category_uid", CATEGORY);
    member_text(&json, "category_name", SLICE_TEXT("Findings"));
    member_number(&json, "class_uid", CLASS);
    member_text(&json, "class_name", SLICE_TEXT("Detection Finding"));
    member_number(&json, "activity_id", activity);
    if (activity > 0) member_text(&json, "activity_name", slice_text(events[event].activity_name));
    member_number(&json, "type_uid", CLASS * 100 + activity);
    member_number(&json, "severity_id", severities[severity].ocsf);
    member_text(&json, "severity", slice_text(severities[severity].caption));
    member_ms(&json, "time", names->time_us);
    if (of_alert(text) || text->event == ALERT_MORE) member_number(&json, "count", text->count);
    finding_put(text, names, &json);
    metadata_put(names, &json);
    unmapped_put(text, names, &json);
    buf_text(&json, "}\n");
    buf_slice_put(out, buf_slice(&json));
}
