/*
 * The OpenAPI 3.1 document, made from routes.def and the verbs' member tables: what is served is what is written.
 * Main call: openapi_put().
 */
#ifndef AMN_SERVE_OPENAPI_H
#define AMN_SERVE_OPENAPI_H

#include "base/bytes.h"

void openapi_put(struct buf *out); /* append the document; about 30 KB */

#endif
