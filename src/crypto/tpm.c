#include "crypto/tpm.h"

#include "crypto/apart.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_tcti_device.h>
#include <tss2/tss2_tcti_swtpm.h>

enum { BOX_BYTES_MAX = 1024, PCR_BYTES = 3 };

static const char default_device[] = "/dev/tpmrm0";

struct tpm {
    TSS2_TCTI_CONTEXT *tcti;
    ESYS_CONTEXT *esys;
    ESYS_TR root, session, object;
};

static void flush(struct tpm *tpm, ESYS_TR handle)
{
    if (handle != ESYS_TR_NONE)
        (void)Esys_FlushContext(tpm->esys, handle); /* else until the TPM starts anew */
}

static void tpm_done(struct tpm *tpm)
{
    if (tpm->esys) {
        flush(tpm, tpm->object);
        flush(tpm, tpm->session);
        flush(tpm, tpm->root);
        Esys_Finalize(&tpm->esys);
    }
    if (tpm->tcti) Tss2_Tcti_Finalize(tpm->tcti);
    free(tpm->tcti);
}

static RESULT said(const char *what, TSS2_RC code)
{
    if (code == TSS2_RC_SUCCESS) return OK;
    return FAIL(UNAVAILABLE, "TPM: it refused to %s (0x%x)", what, code);
}

/* How to talk to it. Only these two: a loader would take any library that the environment names. */
static TSS2_RC tcti_init(TSS2_TCTI_CONTEXT *tcti, size_t *size, const char *where)
{
    if (where && strncmp(where, "swtpm:", 6) == 0) return Tss2_Tcti_Swtpm_Init(tcti, size, where + 6);
    if (where && strncmp(where, "device:", 7) == 0) return Tss2_Tcti_Device_Init(tcti, size, where + 7);
    return where ? TSS2_TCTI_RC_BAD_VALUE : Tss2_Tcti_Device_Init(tcti, size, default_device);
}

static RESULT tpm_connect(struct tpm *tpm)
{
    const char *where = getenv("AMANAH_TPM");
    size_t size = 0;
    (void)setenv("TSS2_LOG", "all+NONE", 0); /* its library writes to standard error by itself */
    if (tcti_init(NULL, &size, where) != TSS2_RC_SUCCESS)
        return FAIL(UNAVAILABLE, "TPM: AMANAH_TPM names none; give device:PATH or swtpm:path=SOCKET");
    TSS2_TCTI_CONTEXT *tcti = calloc(1, size);
    if (!tcti) return FAIL(UNAVAILABLE, "TPM: out of memory");
    if (tcti_init(tcti, &size, where) != TSS2_RC_SUCCESS) {
        free(tcti);
        return FAIL(UNAVAILABLE, "TPM: there is none at %s, or this user may not use it; see the group tss",
                    where ? where : default_device);
    }
    tpm->tcti = tcti;
    return said("be talked to", Esys_Initialize(&tpm->esys, tcti, NULL));
}

/* The storage root key: made anew each time from a seed that stays in the TPM, so always the same. ECC P-256 as TCG has it. */
static RESULT root_make(struct tpm *tpm, TPM2B_NAME **name)
{
    static const TPM2B_SENSITIVE_CREATE no_secret;
    static const TPM2B_DATA no_data;
    static const TPML_PCR_SELECTION no_pcrs;
    const TPM2B_PUBLIC template = {
        .publicArea = {.type = TPM2_ALG_ECC,
                       .nameAlg = TPM2_ALG_SHA256,
                       .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                                           TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                                           TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
                       .parameters.eccDetail = {.symmetric = {.algorithm = TPM2_ALG_AES,
                                                              .keyBits.aes = 128,
                                                              .mode.aes = TPM2_ALG_CFB},
                                                .scheme.scheme = TPM2_ALG_NULL,
                                                .curveID = TPM2_ECC_NIST_P256,
                                                .kdf.scheme = TPM2_ALG_NULL},
                       .unique.ecc = {.x.size = 32, .y.size = 32}}};
    TRY(said("make its storage root key",
             Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                &no_secret, &template, &no_data, &no_pcrs, &tpm->root, NULL, NULL, NULL,
                                NULL)));
    return said("name its storage root key", Esys_TR_GetName(tpm->esys, tpm->root, name));
}

static TPML_PCR_SELECTION selection_of(uint32_t pcrs)
{
    TPML_PCR_SELECTION selection = {.count = 1,
                                    .pcrSelections = {{.hash = TPM2_ALG_SHA256, .sizeofSelect = PCR_BYTES}}};
    for (size_t i = 0; i < PCR_BYTES; i++)
        selection.pcrSelections[0].pcrSelect[i] = (uint8_t)(pcrs >> (8 * i));
    return selection;
}

/* Salted with the root key: who listens on the bus, or asks through it, learns nothing. */
static RESULT session_open(struct tpm *tpm, TPM2_SE type, TPMA_SESSION more)
{
    const TPMT_SYM_DEF cipher = {.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
    flush(tpm, tpm->session);
    tpm->session = ESYS_TR_NONE;
    TRY(said("open a session",
             Esys_StartAuthSession(tpm->esys, tpm->root, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                   ESYS_TR_NONE, NULL, type, &cipher, TPM2_ALG_SHA256, &tpm->session)));
    TPMA_SESSION attributes = TPMA_SESSION_CONTINUESESSION | more;
    return said("encrypt a session", Esys_TRSess_SetAttributes(tpm->esys, tpm->session, attributes, 0xff));
}

static RESULT policy_take(struct tpm *tpm, uint32_t pcrs)
{
    const TPML_PCR_SELECTION selection = selection_of(pcrs);
    static const TPM2B_DIGEST as_they_are;
    return said("look at its PCRs", Esys_PolicyPCR(tpm->esys, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE,
                                                   ESYS_TR_NONE, &as_they_are, &selection));
}

static RESULT policy_digest(struct tpm *tpm, uint32_t pcrs, TPM2B_DIGEST *out)
{
    TPM2B_DIGEST *digest = NULL;
    TRY(session_open(tpm, TPM2_SE_TRIAL, 0));
    TRY(policy_take(tpm, pcrs));
    TRY(said("make a policy", Esys_PolicyGetDigest(tpm->esys, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE,
                                                   ESYS_TR_NONE, &digest)));
    *out = *digest;
    Esys_Free(digest);
    return OK;
}

/* pcrs 4 · name of the root key: length 2, bytes · public part · private part, both as TPMs write them. */
static RESULT box_write(uint32_t pcrs, const TPM2B_NAME *name, const TPM2B_PUBLIC *public,
                        const TPM2B_PRIVATE *private, struct buf *out)
{
    uint8_t bytes[BOX_BYTES_MAX];
    size_t at = 0;
    TRY(said("be written down", Tss2_MU_UINT32_Marshal(pcrs, bytes, sizeof bytes, &at)));
    TRY(said("be written down", Tss2_MU_TPM2B_NAME_Marshal(name, bytes, sizeof bytes, &at)));
    TRY(said("be written down", Tss2_MU_TPM2B_PUBLIC_Marshal(public, bytes, sizeof bytes, &at)));
    TRY(said("be written down", Tss2_MU_TPM2B_PRIVATE_Marshal(private, bytes, sizeof bytes, &at)));
    buf_put(out, bytes, at);
    return OK;
}

static RESULT seal_in(struct tpm *tpm, uint32_t pcrs, const struct secret *key, const TPM2B_NAME *name,
                      struct buf *out)
{
    static const TPM2B_DATA no_data;
    static const TPML_PCR_SELECTION no_pcrs;
    TPM2B_SENSITIVE_CREATE secret = {.sensitive.data.size = SECRET_BYTES};
    TPM2B_PUBLIC template = {.publicArea = {.type = TPM2_ALG_KEYEDHASH,
                                            .nameAlg = TPM2_ALG_SHA256,
                                            .objectAttributes = TPMA_OBJECT_FIXEDTPM |
                                                                TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_NODA |
                                                                (pcrs == 0 ? TPMA_OBJECT_USERWITHAUTH : 0),
                                            .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL}};
    TPM2B_PUBLIC *public = NULL;
    TPM2B_PRIVATE *private = NULL;
    if (pcrs != 0) TRY(policy_digest(tpm, pcrs, &template.publicArea.authPolicy));
    TRY(session_open(tpm, TPM2_SE_HMAC, TPMA_SESSION_DECRYPT));
    memcpy(secret.sensitive.data.buffer, key->bytes, SECRET_BYTES);
    TSS2_RC code = Esys_Create(tpm->esys, tpm->root, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE, &secret,
                               &template, &no_data, &no_pcrs, &private, &public, NULL, NULL, NULL);
    explicit_bzero(&secret, sizeof secret);
    struct result sealed = said("seal a key", code);
    if (sealed.code == CODE_OK) sealed = box_write(pcrs, name, public, private, out);
    Esys_Free(public);
    Esys_Free(private);
    return sealed;
}

struct sealing {
    uint32_t pcrs;
    const struct secret *key;
};

static RESULT seal_apart(void *context, struct buf *out)
{
    SCOPED(tpm_done) struct tpm tpm = {NULL, NULL, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE};
    const struct sealing *sealing = context;
    TPM2B_NAME *name = NULL;
    TRY(tpm_connect(&tpm));
    TRY(root_make(&tpm, &name));
    struct result sealed = seal_in(&tpm, sealing->pcrs, sealing->key, name, out);
    Esys_Free(name);
    return sealed;
}

/* Apart, both: tpm2-tss keeps what goes to a TPM and comes from it in buffers of its own, and frees them as they are. */
RESULT tpm_seal(uint32_t pcrs, const struct secret *key, struct buf *out)
{
    struct sealing sealing = {pcrs, key};
    assert(pcrs >> TPM_PCRS == 0);
    return apart_run(seal_apart, &sealing, out);
}

struct box {
    uint32_t pcrs;
    TPM2B_NAME name;
    TPM2B_PUBLIC public;
    TPM2B_PRIVATE private;
};

static bool box_read(struct slice bytes, struct box *out)
{
    size_t at = 0;
    return Tss2_MU_UINT32_Unmarshal(bytes.at, bytes.len, &at, &out->pcrs) == TSS2_RC_SUCCESS &&
           Tss2_MU_TPM2B_NAME_Unmarshal(bytes.at, bytes.len, &at, &out->name) == TSS2_RC_SUCCESS &&
           Tss2_MU_TPM2B_PUBLIC_Unmarshal(bytes.at, bytes.len, &at, &out->public) == TSS2_RC_SUCCESS &&
           Tss2_MU_TPM2B_PRIVATE_Unmarshal(bytes.at, bytes.len, &at, &out->private) == TSS2_RC_SUCCESS &&
           at == bytes.len && out->pcrs >> TPM_PCRS == 0;
}

static RESULT refused(TSS2_RC code)
{
    return FAIL(
        SEALED,
        "TPM: it does not give out this key (0x%x): it is another one, or what starts the machine changed",
        code);
}

static RESULT unseal_in(struct tpm *tpm, const struct box *box, struct secret *key)
{
    TPM2B_SENSITIVE_DATA *data = NULL;
    TRY(session_open(tpm, TPM2_SE_HMAC, TPMA_SESSION_ENCRYPT));
    TSS2_RC code = Esys_Load(tpm->esys, tpm->root, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE, &box->private,
                             &box->public, &tpm->object);
    if (code != TSS2_RC_SUCCESS) return refused(code);
    if (box->pcrs != 0) {
        TRY(session_open(tpm, TPM2_SE_POLICY, TPMA_SESSION_ENCRYPT));
        TRY(policy_take(tpm, box->pcrs));
    }
    code = Esys_Unseal(tpm->esys, tpm->object, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE, &data);
    if (code != TSS2_RC_SUCCESS || !data) return refused(code);
    bool good = data->size == SECRET_BYTES;
    if (good) memcpy(key->bytes, data->buffer, SECRET_BYTES);
    explicit_bzero(data->buffer, sizeof data->buffer);
    Esys_Free(data);
    return good ? OK : FAIL(CORRUPT, "TPM: what it gives out is no key of ours");
}

static RESULT unseal_apart(void *context, struct buf *out)
{
    SCOPED(tpm_done) struct tpm tpm = {NULL, NULL, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE};
    const struct box *box = context;
    SECRET key = {{0}};
    TPM2B_NAME *name = NULL;
    TRY(tpm_connect(&tpm));
    TRY(root_make(&tpm, &name));
    bool same = name->size == box->name.size && memcmp(name->name, box->name.name, name->size) == 0;
    Esys_Free(name);
    TRY(same ? unseal_in(&tpm, box, &key) : refused(0));
    buf_put(out, key.bytes, SECRET_BYTES);
    return OK;
}

RESULT tpm_unseal(struct slice bytes, struct secret *key)
{
    SCOPED(buf_done) struct buf out = {0};
    struct box box = {0};
    if (!box_read(bytes, &box)) return FAIL(CORRUPT, "TPM: the seal file holds no box of one; restore it");
    TRY(apart_run(unseal_apart, &box, &out));
    if (out.len != SECRET_BYTES) return FAIL(CORRUPT, "TPM: what it gives out is no key of ours");
    memcpy(key->bytes, out.at, SECRET_BYTES);
    return OK;
}
