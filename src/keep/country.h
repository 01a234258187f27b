/*
 * The country of a network, by a database in MaxMind's format that the shop brings: for the detector of looks from
 * where a reader was never seen. Without one every country is unknown, and the detector goes by networks alone.
 *
 * Belongs to the keeper's thread. Must never be asked about a customer's network. Main call: country_of(). Example:
 *     uint16_t country = country_of(shop->countries, network);   // 'K' << 8 | 'R'
 */
#ifndef AMN_KEEP_COUNTRY_H
#define AMN_KEEP_COUNTRY_H

#include "base/asks.h"

struct countries;

/* @param path  a .mmdb file with `country.iso_code`, read as it is needed. CONFIG: it cannot be read, or is none. */
RESULT countries_open(const char *path, struct countries **out);
void countries_free(struct countries **countries);

/* Two capital letters, the first in the high byte; 0: unknown, or no database. About 0.5 us, less for the network before. */
uint16_t country_of(struct countries *countries, const uint8_t network[NETWORK_BYTES]);

#endif
