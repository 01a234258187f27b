#include "keep/country.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <maxminddb.h>

struct countries {
    MMDB_s database;
    bool open;
    uint8_t last[NETWORK_BYTES]; /* readers come from few networks */
    uint16_t last_country;
};

RESULT countries_open(const char *path, struct countries **out)
{
    SCOPED(countries_free) struct countries *countries = calloc(1, sizeof *countries);
    if (!countries) return FAIL(UNAVAILABLE, "countries: out of memory");
    int status = MMDB_open(path, MMDB_MODE_MMAP, &countries->database);
    if (status != MMDB_SUCCESS) return FAIL(CONFIG, "--countries: %s", MMDB_strerror(status));
    countries->open = true;
    *out = TAKE(countries);
    return OK;
}

void countries_free(struct countries **countries)
{
    if (!*countries) return;
    if ((*countries)->open) MMDB_close(&(*countries)->database);
    free(*countries);
    *countries = NULL;
}

static uint16_t country_find(const MMDB_s *database, const uint8_t network[NETWORK_BYTES])
{
    enum { MAPPED_BYTES = 12 };
    static const uint8_t mapped[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    bool is_four = memcmp(network, mapped, sizeof mapped) == 0;
    int status = MMDB_SUCCESS;
    memcpy(&four.sin_addr, network + MAPPED_BYTES, sizeof four.sin_addr);
    memcpy(&six.sin6_addr, network, sizeof six.sin6_addr);
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(
        database, is_four ? (const struct sockaddr *)&four : (const struct sockaddr *)&six, &status);
    MMDB_entry_data_s code = {0};
    if (status != MMDB_SUCCESS || !found.found_entry) return 0;
    status = MMDB_get_value(&found.entry, &code, "country", "iso_code", NULL);
    if (status != MMDB_SUCCESS || !code.has_data || code.type != MMDB_DATA_TYPE_UTF8_STRING ||
        code.data_size != 2)
        return 0;
    return (uint16_t)(code.utf8_string[0] << 8 | (uint8_t)code.utf8_string[1]);
}

uint16_t country_of(struct countries *countries, const uint8_t network[NETWORK_BYTES])
{
    if (!countries) return 0;
    if (memcmp(countries->last, network, NETWORK_BYTES) != 0) {
        memcpy(countries->last, network, NETWORK_BYTES);
        countries->last_country = country_find(&countries->database, network);
    }
    return countries->last_country;
}
