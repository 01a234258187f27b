/* Inside answer/law only: the files that embed.py made of law/, where their lines are, and the steps of reading one. */
#ifndef AMN_ANSWER_LAW_PRIV_H
#define AMN_ANSWER_LAW_PRIV_H

#include "answer/law/law.h"
#include "base/form/form.h"

extern const struct form_file law_files[]; /* ends with an empty row */

struct element_file {
    struct law_element *elements;
    uint32_t elements_count;
};
struct country_file {
    struct law_country *countries;
    uint32_t countries_count;
};
struct minor_file {
    struct law_minor *minors;
    uint32_t minors_count;
    struct law_source *sources;
    uint32_t sources_count;
};

/* Each builds what a file says, its places found before. CONFIG. `out` is for *_free(). */
RESULT schema_regime(struct form_file file, const struct places *places, struct law_regime **out);
RESULT schema_elements(struct form_file file, const struct places *places, struct element_file **out);
RESULT schema_countries(struct form_file file, const struct places *places, struct country_file **out);
RESULT schema_minors(struct form_file file, const struct places *places, struct minor_file **out);
void schema_regime_free(struct law_regime **regime);
void schema_elements_free(struct element_file **elements);
void schema_countries_free(struct country_file **countries);
void schema_minors_free(struct minor_file **minors);

/* What a schema cannot say: that names lead somewhere, that dates, durations and rules are ones. CONFIG. */
RESULT check_regime(const struct law *law, struct form_file file, const struct places *places,
                    const struct law_regime *regime);
RESULT check_elements(struct form_file file, const struct places *places,
                      const struct element_file *elements);
RESULT check_countries(struct form_file file, const struct places *places,
                       const struct country_file *countries);
RESULT check_minors(struct form_file file, const struct places *places, const struct minor_file *minors);

#endif
