/* caps -- give up capabilities, without a library for six calls. */
#ifndef SANDBOX_CAPS_H
#define SANDBOX_CAPS_H

#include <stdint.h>

/* Keep only these bits in permitted and effective; inheritable is emptied. */
int caps_keep(uint64_t bits);

/* The effective ones. */
uint64_t caps_held(void);

/* Empty the bounding and ambient sets for good. */
int caps_clear_bounding(void);

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

#endif
