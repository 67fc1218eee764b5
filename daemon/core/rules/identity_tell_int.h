/* SPDX-License-Identifier: Apache-2.0 */
/* How the alerts of identities are told: by rules of kind identity, and of watched ships
 * without any rule. */
#ifndef LOOKOUT_IDENTITY_TELL_INT_H
#define LOOKOUT_IDENTITY_TELL_INT_H

#include "lookout/alert/say.h"
#include "lookout/detect/identity.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

/* `detail` of a finding. */
struct identity_told {
    enum identity_what what;
    /* Of a value, and of the MMSI: the one before and the one now; texts of names and
     * call signs, words of types, else "" and numbers. */
    const char *from, *to;
    uint32_t from_number, to_number;
    int64_t since_ms;  /* the first message that brought the value before; TIME_NONE */
    uint32_t messages; /* that brought the one now */
    const struct identity_event *event; /* NULL: of what contradicts itself */
    /* Of what contradicts itself: `to` or `to_number` is the value. */
    const char *of_value, *of_flag; /* of a call sign: its state and that of the flag */
};
/* What the event of a value or of the MMSI says; borrows from it and the subject. */
struct identity_told identity_tell_change(const struct rule_look *look,
                                          const struct identity_event *event);

/* Sentences and members of identity.changed, .shared and .inconsistent. */
void identity_tell_say_changed(struct say_writer *w, const struct rule_look *look,
                               const struct finding *f);
void identity_tell_say_shared(struct say_writer *w, const struct rule_look *look,
                              const struct finding *f);
void identity_tell_say_inconsistent(struct say_writer *w, const struct rule_look *look,
                                    const struct finding *f);
extern const struct body_field identity_tell_changed_field;
extern const struct rule_member identity_tell_changed[], identity_tell_shared[],
    identity_tell_inconsistent[];

#endif
