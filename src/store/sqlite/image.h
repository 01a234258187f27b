/*
 * A database as a file, page by page, as it is at one moment: what a backup streams while the writer goes on. It needs
 * no second copy on the disk; the write-ahead log grows while an image is open.
 *
 * Must never open the database's files itself: closing them would drop SQLite's locks of this process.
 * Main calls: image_open(), image_read(). Example:
 *     SCOPED(image_close) struct image *image = NULL;  TRY(image_open(path, &image));
 *     TRY(image_read(image, 1, 256, bytes));  struct store *then = image_view(image);
 */
#ifndef AMN_STORE_SQLITE_IMAGE_H
#define AMN_STORE_SQLITE_IMAGE_H

#include "store/store.h"

struct image;

/**
 * Fix the moment.
 *
 * @return NOT_FOUND    there is no database
 *         UNAVAILABLE  writers leave no gap for seconds, or memory
 * Cost: writers wait for microseconds; reading the headers of the write-ahead log takes about 1 ms after that.
 */
RESULT image_open(const char *path, struct image **out);
void image_close(struct image **image);

struct store *image_view(const struct image *image); /* the store at that moment, to read; borrowed */
size_t image_page_bytes(const struct image *image);
uint64_t image_pages(const struct image *image);

/* Was anything committed since this was last asked, or since the moment? */
bool image_stirred(struct image *image);

/* Pages first … first + count - 1, the first is 1, into count * image_page_bytes() bytes. UNAVAILABLE from the disk. */
RESULT image_read(struct image *image, uint64_t first, size_t count, uint8_t *out);

#endif
