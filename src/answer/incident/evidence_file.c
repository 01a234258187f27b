#include "answer/incident/evidence_file.h"

#include "answer/incident/evidence_priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct evidence_file {
    int fd;
    struct aead *box;
    uint64_t file_bytes, bytes; /* on disk, and of what it holds */
};

void evidence_close(struct evidence_file **file)
{
    if (!*file) return;
    if ((*file)->fd >= 0) (void)close((*file)->fd); /* only read */
    aead_free(&(*file)->box);
    free(*file);
    *file = NULL;
}

uint64_t evidence_bytes(const struct evidence_file *file)
{
    return file->bytes;
}

/* Of what it holds: all its chunks but what each is longer by. */
static RESULT bytes_count(struct evidence_file *file)
{
    struct stat on_disk = {0};
    if (fstat(file->fd, &on_disk) != 0) return FAIL(UNAVAILABLE, "evidence: its file cannot be read");
    file->file_bytes = (uint64_t)on_disk.st_size;
    if (file->file_bytes < SEALED_HEAD_BYTES + AEAD_EXTRA_BYTES)
        return FAIL(CORRUPT, "evidence: the file is cut short");
    uint64_t body = file->file_bytes - SEALED_HEAD_BYTES;
    uint64_t chunks = (body + SEALED_BOX_BYTES - 1) / SEALED_BOX_BYTES;
    file->bytes = body - chunks * AEAD_EXTRA_BYTES;
    return OK;
}

RESULT evidence_open(struct shop *shop, const struct incident *incident, struct slice id,
                     struct evidence_file **out)
{
    uint8_t number[SEALED_ID_BYTES];
    SCOPED(buf_done) struct buf head = {0};
    SCOPED(evidence_close) struct evidence_file *file = calloc(1, sizeof *file);
    if (!file) return FAIL(UNAVAILABLE, "evidence: out of memory");
    file->fd = -1;
    if (!hex_get(id, number, sizeof number)) return FAIL(CORRUPT, "evidence: its line names no file");
    TRY(evidence_file_open(shop, number, O_RDONLY, &file->fd));
    TRY(bytes_count(file));
    TRY(evidence_file_read(file->fd, 0, SEALED_HEAD_BYTES, &head));
    TRY(sealed_head_open(shop->crypto, incident->box, incident->no, number, buf_slice(&head), &file->box));
    *out = TAKE(file);
    return OK;
}

RESULT evidence_read_at(struct evidence_file *file, uint64_t at, size_t len, struct buf *out)
{
    while (len > 0 && at < file->bytes) {
        SCOPED(buf_done) struct buf box = {0}, text = {0};
        uint64_t part = at / SEALED_CHUNK_BYTES, place = 0;
        size_t box_len = 0;
        bool last = false;
        TRY(sealed_chunk_at(file->file_bytes, part, &place, &box_len, &last));
        TRY(evidence_file_read(file->fd, place, box_len, &box));
        TRY(sealed_chunk_get(file->box, part, last, buf_slice(&box), &text));
        struct slice wanted =
            slice_part(slice_from(buf_slice(&text), (size_t)(at % SEALED_CHUNK_BYTES)), 0, len);
        if (wanted.len == 0) break;
        buf_slice_put(out, wanted);
        at += wanted.len;
        len -= wanted.len;
    }
    return OK;
}

struct evidence_progress *evidence_progress(struct shop *shop, uint64_t incident, uint64_t line, bool make)
{
    struct evidence_room *room = NULL;
    struct evidence_progress *place = NULL;
    if (evidence_room(shop, &room).code != CODE_OK || !room) return NULL;
    for (size_t i = 0; i < EVIDENCE_OPEN_MAX; i++) {
        struct evidence_progress *at = &room->progress[i];
        bool busy = atomic_load(&at->busy);
        if (busy && at->incident == incident && at->line == line) return at;
        if (!busy && !place) place = at;
    }
    if (!make || !place) return NULL;
    place->incident = incident;
    place->line = line;
    atomic_store(&place->bytes, 0);
    atomic_store(&place->read, 0);
    atomic_store(&place->rows, 0);
    atomic_store(&place->busy, true);
    return place;
}
