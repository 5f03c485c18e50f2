#include "sandbox/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

const struct policy_answer *policy_answer(const struct policy *policy, int nr)
{
	for (uint32_t i = 0; i < policy->n_answers; i++) {
		if (policy->answers[i].nr == nr)
			return &policy->answers[i];
	}
	return NULL;
}

int policy_filter_fd(const struct policy *policy)
{
	size_t n = policy->n_code * sizeof(policy->code[0]);
	int fd = memfd_create("filter", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	if (write(fd, policy->code, n) != (ssize_t)n ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
				   F_SEAL_WRITE) < 0) {
		close(fd);
		return -EIO;
	}
	return fd;
}
