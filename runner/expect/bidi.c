#include <unictype.h>

#include "runner/base/text.h"
#include "runner/expect/idn.h"

static int direction(unsigned cp)
{
	return uc_bidi_category(cp);
}

static bool is_strong_rtl(int d)
{
	return d == UC_BIDI_R || d == UC_BIDI_AL;
}

bool bidi_is_rtl(struct span label)
{
	unsigned cp;
	size_t n;

	for (; label.len && (n = text_utf8_next(label, &cp)) > 0;
	     label.data += n, label.len -= n)
		if (is_strong_rtl(direction(cp)) ||
		    direction(cp) == UC_BIDI_AN)
			return true;
	return false;
}

/* Rules 2 and 5: what may occur at all. */
static bool is_allowed(int d, bool rtl)
{
	if (d == UC_BIDI_EN || d == UC_BIDI_ES || d == UC_BIDI_CS ||
	    d == UC_BIDI_ET || d == UC_BIDI_ON || d == UC_BIDI_BN ||
	    d == UC_BIDI_NSM)
		return true;
	return rtl ? is_strong_rtl(d) || d == UC_BIDI_AN : d == UC_BIDI_L;
}

/* Rules 3 and 6: what may be last, not counting marks. */
static bool may_end(int d, bool rtl)
{
	return d == UC_BIDI_EN ||
	       (rtl ? is_strong_rtl(d) || d == UC_BIDI_AN : d == UC_BIDI_L);
}

bool bidi_holds(struct span label)
{
	bool rtl = false, first = true, has_en = false, has_an = false;
	int last = UC_BIDI_ON;
	unsigned cp;
	size_t n;

	for (; label.len && (n = text_utf8_next(label, &cp)) > 0;
	     label.data += n, label.len -= n) {
		int d = direction(cp);

		if (first)
			rtl = is_strong_rtl(d);
		if (first && !rtl && d != UC_BIDI_L)
			return false; /* rule 1 */
		if (!is_allowed(d, rtl))
			return false;
		first = false;
		has_en |= d == UC_BIDI_EN;
		has_an |= d == UC_BIDI_AN;
		if (d != UC_BIDI_NSM)
			last = d;
	}
	return may_end(last, rtl) && !(rtl && has_en && has_an); /* rule 4 */
}
