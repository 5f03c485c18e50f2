/* An archive that was handed in, up to its copy: what it holds stays in it. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/submission/submission.h"
#include "runner/submission/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct submission sub = { 0 };
	struct intake *in;
	struct err err;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0 || intake_new(&in, arena, &err) < 0)
		abort();
	if (unpack(in, arena, fd, &err) == 0 &&
	    intake_finish(in, true, &sub, &err) == 0)
		submission_close(&sub);
	intake_free(in);
	close(fd);
	return 0;
}
