#include "runner/expect/idn.h"

#include <ctype.h>
#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>

#define HOST_MAX  253
#define LABEL_MAX 63

static bool is_ldh(struct span label)
{
	if (!label.len || label.len > LABEL_MAX || label.data[0] == '-' ||
	    label.data[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!isalnum((unsigned char)label.data[i]) &&
		    label.data[i] != '-')
			return false;
	return true;
}

/*
 * Registration is the strict reading: no mapping, all context rules, and an
 * A-label must be what its U-label encodes to.  The length of the A-label, or
 * 0 when it is none.
 */
static size_t encoded_len(const char *label, unsigned flags)
{
	bool is_a = !strncasecmp(label, "xn--", 4);
	uint8_t *out = NULL;
	size_t len = 0;
	int r;

	if (flags & IDN_ANY_FORM)
		r = idn2_lookup_u8((const uint8_t *)label, &out,
				   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	else
		r = idn2_register_u8(is_a ? NULL : (const uint8_t *)label,
				     is_a ? (const uint8_t *)label : NULL, &out,
				     IDN2_ALABEL_ROUNDTRIP);
	if (r == IDN2_OK)
		len = strlen((const char *)out);
	idn2_free(out);
	return len <= LABEL_MAX ? len : 0;
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] & 0x80)
			return false;
	return true;
}

/* Bytes that the label takes in the DNS, or 0 when it is none. */
static size_t label_len(struct span label, unsigned flags)
{
	char text[HOST_MAX * 4 + 1];
	bool ascii = is_ascii(label);

	if (!label.len || label.len >= sizeof(text) ||
	    memchr(label.data, 0, label.len))
		return 0;
	if (ascii ? !is_ldh(label) : !(flags & IDN_UNICODE))
		return 0;
	memcpy(text, label.data, label.len);
	text[label.len] = '\0';
	if (!ascii || !strncasecmp(text, "xn--", 4))
		return encoded_len(text, flags);
	/* Other tags than xn-- are reserved (RFC 5890 section 2.3.1). */
	if ((flags & IDN_UNICODE) && label.len > 3 && text[2] == '-' &&
	    text[3] == '-')
		return 0;
	return label.len;
}

/* Bytes of a label separator at `s`: RFC 3490 section 3.1 names four. */
static size_t dot_at(struct span s, unsigned flags)
{
	if (s.len && *s.data == '.')
		return 1;
	if ((flags & IDN_UNICODE) &&
	    (span_starts(s, SPAN_LIT("\xe3\x80\x82")) ||
	     span_starts(s, SPAN_LIT("\xef\xbc\x8e")) ||
	     span_starts(s, SPAN_LIT("\xef\xbd\xa1"))))
		return 3;
	return 0;
}

/* The next label of *rest, which moves behind its dot; *dot says if any. */
static struct span next_label(struct span *rest, unsigned flags, size_t *dot)
{
	struct span label = { rest->data, 0 };

	*dot = 0;
	while (rest->len && !(*dot = dot_at(*rest, flags))) {
		label.len++;
		rest->data++;
		rest->len--;
	}
	rest->data += *dot;
	rest->len -= *dot;
	return label;
}

static bool labels_hold(struct span text, unsigned flags, bool *is_rtl)
{
	struct span rest = text;
	size_t dot = 1, all = 0;

	while (dot) {
		struct span label = next_label(&rest, flags, &dot);
		size_t len = label_len(label, flags);

		if (!len)
			return false; /* also an empty one after a last dot */
		all += len + (dot > 0);
		*is_rtl |= bidi_is_rtl(label);
	}
	return all <= HOST_MAX;
}

bool idn_hostname(struct span text, unsigned flags)
{
	struct span rest = text;
	bool is_rtl = false;
	size_t dot = 1;

	if (text.len > (size_t)HOST_MAX * 4 ||
	    !labels_hold(text, flags, &is_rtl))
		return false;
	/* One such label and the rule holds for every one. */
	while (is_rtl && dot)
		if (!bidi_holds(next_label(&rest, flags, &dot)))
			return false;
	return true;
}
