#include "runner/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int (err_set)(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char old[ERR_MSG_BYTES];
	va_list ap;
	int n, room;

	if (!err)
		return -1;
	memcpy(old, err->msg, sizeof(old));
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	room = ERR_MSG_BYTES - n - 3; /* beside ": " and the NUL */
	if (n >= 0 && room > 0)
		snprintf(err->msg + n, sizeof(err->msg) - (size_t)n, ": %.*s",
			 room, old);
	return -err->code;
}
