#include "runner/expect/date.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "runner/base/buf.h"

static const char *const months[] = {
	"January", "February", "March",	    "April",   "May",	   "June",
	"July",	   "August",   "September", "October", "November", "December"};
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
				   "Thursday", "Friday", "Saturday"};

/* Formats that stand for others, spelled out. */
static const struct {
	char name;
	const char *format;
} composed[] = {
	{'D', "%m/%d/%y"},
	{'x', "%m/%d/%y"},
	{'F', "%Y-%m-%d"},
	{'T', "%H:%M:%S"},
	{'X', "%H:%M:%S"},
	{'R', "%H:%M"},
	{'r', "%I:%M:%S %p"},
	{'v', "%e-%b-%Y"},
	{'c', "%a %b %e %H:%M:%S %Y"},
	{'h', "%b"},
	{'+', "%Y-%m-%dT%H:%M:%S%.f%:z"},
};

static const char *find_composed(char name)
{
	for (size_t i = 0; i < ARRAY_LEN(composed); i++)
		if (composed[i].name == name)
			return composed[i].format;
	return NULL;
}

/* --- reading --- */

struct date_reader {
	const char *p, *end;
	int year, month, day, hour, minute, second;
	int32_t nanoseconds;
	int offset_minutes;
	int64_t timestamp;
	bool has_date, has_timestamp, has_zone, pm, has_pm;
};

static bool read_int(struct date_reader *d, int max_digits, int *ret)
{
	int n = 0, v = 0;

	while (n < max_digits && d->p < d->end && *d->p >= '0' &&
	       *d->p <= '9') {
		v = v * 10 + (*d->p++ - '0');
		n++;
	}
	*ret = v;
	return n > 0;
}

/* One of `names`, whole or its first three letters; its index in *ret. */
static bool read_name(struct date_reader *d, const char *const *names,
		      size_t n_names, int *ret)
{
	for (size_t i = 0; i < n_names; i++) {
		size_t left = (size_t)(d->end - d->p), len = strlen(names[i]);

		if (left < 3 || strncasecmp(d->p, names[i], 3))
			continue;
		if (left >= len && !strncasecmp(d->p, names[i], len))
			d->p += len;
		else
			d->p += 3;
		*ret = (int)i;
		return true;
	}
	return false;
}

static bool read_fraction(struct date_reader *d)
{
	int32_t scale = 100000000;
	bool any = false;

	d->nanoseconds = 0;
	while (d->p < d->end && *d->p >= '0' && *d->p <= '9') {
		d->nanoseconds += (*d->p++ - '0') * scale;
		scale /= 10;
		any = true;
	}
	return any;
}

static bool read_zone(struct date_reader *d)
{
	int sign, hours, minutes = 0;

	d->has_zone = true;
	if (d->p < d->end && (*d->p == 'Z' || *d->p == 'z')) {
		d->p++;
		return true;
	}
	if (d->p == d->end || (*d->p != '+' && *d->p != '-'))
		return false;
	sign = *d->p++ == '-' ? -1 : 1;
	if (!read_int(d, 2, &hours))
		return false;
	if (d->p < d->end && *d->p == ':')
		d->p++;
	if (!read_int(d, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	d->offset_minutes = sign * (hours * 60 + minutes);
	return true;
}

static bool read_zone_name(struct date_reader *d)
{
	size_t left = (size_t)(d->end - d->p);

	if (left >= 3 &&
	    (!strncmp(d->p, "GMT", 3) || !strncmp(d->p, "UTC", 3))) {
		d->p += 3;
		return true;
	}
	return false;
}

static bool read_format(struct date_reader *d, const char *f,
			const char *f_end);

static bool read_year(struct date_reader *d, int digits)
{
	d->has_date = true;
	if (!read_int(d, digits, &d->year))
		return false;
	if (digits == 2)
		d->year += d->year < 70 ? 2000 : 1900;
	return true;
}

static bool read_specifier(struct date_reader *d, char c)
{
	int ignored;

	switch (c) {
	case 'Y': return read_year(d, 4);
	case 'y': return read_year(d, 2);
	case 'm': return read_int(d, 2, &d->month);
	case 'e':
	case 'k':
	case 'l':
		while (d->p < d->end && *d->p == ' ')
			d->p++;
		return read_int(d, 2, c == 'e' ? &d->day : &d->hour);
	case 'd': return read_int(d, 2, &d->day);
	case 'H':
	case 'I': return read_int(d, 2, &d->hour);
	case 'M': return read_int(d, 2, &d->minute);
	case 'S': return read_int(d, 2, &d->second);
	case 'b':
	case 'B':
		if (!read_name(d, months, ARRAY_LEN(months), &d->month))
			return false;
		d->month++;
		return true;
	case 'a':
	case 'A': return read_name(d, days, ARRAY_LEN(days), &ignored);
	case 'u':
	case 'w': return read_int(d, 1, &ignored);
	case 'p':
	case 'P':
		d->has_pm = true;
		if (d->end - d->p < 2 || (d->p[1] | 32) != 'm')
			return false;
		d->pm = (*d->p | 32) == 'p';
		d->p += 2;
		return true;
	case 'f': return read_fraction(d);
	case 'z': return read_zone(d);
	case 'Z': return read_zone_name(d);
	case '%': return d->p < d->end && *d->p++ == '%';
	case 's':
		d->has_timestamp = true;
		for (d->timestamp = 0; d->p < d->end && *d->p >= '0' &&
				       *d->p <= '9' &&
				       d->timestamp < INT64_MAX / 100;)
			d->timestamp = d->timestamp * 10 + (*d->p++ - '0');
		return true;
	default: return false;
	}
}

/* Behind '%': "f", ".f", ".3f", "3f", ":z" and the rest; *f moves on. */
static bool read_one(struct date_reader *d, const char **f, const char *f_end)
{
	const char *composed_format;

	if (**f == '-' || **f == '_' || **f == '0')
		++*f;
	if (**f == '.') {
		while (*f < f_end && **f != 'f')
			++*f;
		++*f;
		if (d->p == d->end || *d->p != '.')
			return true; /* a fraction of nothing is no fraction */
		d->p++;
		return read_fraction(d);
	}
	while (*f < f_end &&
	       (**f == ':' || **f == '3' || **f == '6' || **f == '9'))
		++*f;
	if (*f == f_end)
		return false;
	composed_format = find_composed(*(*f)++);
	if (composed_format)
		return read_format(d, composed_format,
				   composed_format + strlen(composed_format));
	return read_specifier(d, (*f)[-1]);
}

static bool read_format(struct date_reader *d, const char *f, const char *f_end)
{
	while (f < f_end) {
		if (*f != '%') {
			if (d->p == d->end || *d->p++ != *f++)
				return false;
			continue;
		}
		if (++f == f_end || !read_one(d, &f, f_end))
			return false;
	}
	return true;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100) || year % 400 == 0;
}

static bool is_real(const struct date_reader *d)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31};

	return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= lengths[d->month - 1] +
				 (d->month == 2 && is_leap(d->year)) &&
	       d->hour < 24 && d->minute < 60 && d->second <= 60;
}

bool date_parse(struct span text, struct span format, struct value *ret)
{
	struct date_reader d = {.p = text.data,
				.end = text.data + text.len,
				.month = 1,
				.day = 1};
	struct tm tm = {0};

	if (!read_format(&d, format.data, format.data + format.len) ||
	    d.p != d.end || !(d.has_date || d.has_timestamp))
		return false;
	if (d.has_pm)
		d.hour = d.hour % 12 + (d.pm ? 12 : 0);
	if (!d.has_timestamp && !is_real(&d))
		return false;
	tm.tm_year = d.year - 1900;
	tm.tm_mon = d.month - 1;
	tm.tm_mday = d.day;
	tm.tm_hour = d.hour;
	tm.tm_min = d.minute - d.offset_minutes;
	tm.tm_sec = d.second;
	*ret = (struct value){.type = VALUE_DATE,
			      .seconds = d.has_timestamp ? d.timestamp
							 : timegm(&tm),
			      .nanoseconds = d.nanoseconds};
	return true;
}

bool date_parse_http(struct span text, struct value *ret)
{
	static const char *const formats[] = {
		"%a, %d %b %Y %H:%M:%S GMT",
		"%a, %d-%b-%Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT",
		"%a %b %e %H:%M:%S %Y",
	};

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (date_parse(text, span_of(formats[i]), ret))
			return true;
	return false;
}

bool date_is_rfc3339(struct span text)
{
	struct value ignored;

	return text.len > 10 && (text.data[10] | 32) == 't' &&
	       date_parse(text, SPAN_LIT("%+"), &ignored);
}

/* --- writing --- */

struct date_writer {
	struct tm tm;
	int64_t seconds;
	int32_t nanoseconds;
	struct buf *out;
};

static void write_fraction(struct date_writer *w, int digits)
{
	char text[16];

	snprintf(text, sizeof(text), "%09d", (int)w->nanoseconds);
	buf_add(w->out, text, (size_t)digits);
}

/* Behind '%': .f .3f 3f f; as many digits as there are when none is said. */
static bool write_subsecond(struct date_writer *w, const char **f)
{
	bool dot = **f == '.';
	int digits = 9;

	if (dot)
		++*f;
	if (**f == '3' || **f == '6' || **f == '9') {
		digits = *(*f)++ - '0';
	} else if (dot) {
		if (!w->nanoseconds)
			digits = 0;
		else if (w->nanoseconds % 1000000 == 0)
			digits = 3;
		else if (w->nanoseconds % 1000 == 0)
			digits = 6;
	}
	if (*(*f)++ != 'f')
		return false;
	if (dot && digits)
		buf_add_char(w->out, '.');
	write_fraction(w, digits);
	return true;
}

static bool write_strftime(struct date_writer *w, char c, char flag)
{
	char format[5] = {'%', flag ? flag : c, flag ? c : '\0', '\0', '\0'};
	char text[64];

	if (!strchr("YyCmdejHIklMSaAbBhuwpPGgVUWntDFTRrcxX%", c))
		return false;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	text[strftime(text, sizeof(text), format, &w->tm)] = '\0';
#pragma GCC diagnostic pop
	buf_add_str(w->out, text);
	return true;
}

static bool write_one(struct date_writer *w, const char **f)
{
	char flag = **f == '-' || **f == '_' || **f == '0' ? *(*f)++ : 0;
	char c = **f;

	if (c && strchr(".369f", c))
		return write_subsecond(w, f);
	if (c == ':') {
		*f += 2;
		buf_add_str(w->out, "+00:00");
		return (*f)[-1] == 'z';
	}
	++*f;
	switch (c) {
	case 'z': buf_add_str(w->out, "+0000"); return true;
	case 'Z': buf_add_str(w->out, "UTC"); return true;
	case 's':
		buf_printf(w->out, "%lld", (long long)w->seconds);
		return true;
	case 'v':
		return write_strftime(w, 'e', 0) &&
		       !buf_add_char(w->out, '-') &&
		       write_strftime(w, 'b', 0) &&
		       !buf_add_char(w->out, '-') && write_strftime(w, 'Y', 0);
	default: return c && write_strftime(w, c, flag);
	}
}

bool date_format(struct arena *arena, const struct value *date,
		 struct span format, struct span *ret)
{
	AUTO_BUF out = BUF_INIT(10000);
	struct date_writer w = {.seconds = date->seconds,
				.nanoseconds = date->nanoseconds,
				.out = &out};
	const char *f = arena_memdup(arena, format.data, format.len);
	time_t t = (time_t)date->seconds;

	gmtime_r(&t, &w.tm);
	while (*f) {
		if (*f != '%') {
			buf_add_char(&out, *f++);
			continue;
		}
		f++;
		if (*f == '+') {
			f++;
			date_format(arena, date,
				    SPAN_LIT("%Y-%m-%dT%H:%M:%S%.f+00:00"),
				    ret);
			buf_add_span(&out, *ret);
		} else if (!write_one(&w, &f)) {
			return false;
		}
	}
	*ret = (struct span){arena_memdup(arena, buf_str(&out), out.len),
			     out.len};
	return true;
}

struct span date_render(struct arena *arena, const struct value *date)
{
	struct span text = {"", 0};

	date_format(arena, date, SPAN_LIT("%Y-%m-%dT%H:%M:%S%.6fZ"), &text);
	return text;
}

struct value date_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct value){.type = VALUE_DATE,
			      .seconds = now.tv_sec,
			      .nanoseconds = (int32_t)now.tv_nsec};
}
