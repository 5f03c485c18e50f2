/*
 * decode -- what a call that was refused wanted, in a few words.
 *
 * Everything it reads is the program's: memory that may change or vanish,
 * lengths that lie.  It serves the record; no wall stands on it.
 */
#ifndef SANDBOX_DECODE_H
#define SANDBOX_DECODE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DECODE_BYTES 96 /* as in struct sandbox_denied */

/* "" where there is nothing to say. */
void decode_call(const struct seccomp_notif *req, const char *name,
		 char ret[DECODE_BYTES]);

/*
 * A socket address of `n` bytes as text: "8.8.8.8:53", "[::1]:80",
 * "unix /run/x", "unix @abstract".
 */
void decode_address(const void *address, size_t n, char *ret, size_t bytes);

/* Whether it is 127.0.0.0/8 or ::1, or the any-address, which means them. */
bool decode_is_loopback(const void *address, size_t n);

/* Bytes of the program as printable text. */
void decode_text(const char *text, size_t n, char *ret, size_t bytes);

/* Up to `n` bytes of its memory, no more than two pages; how many are there,
 * or -errno. */
ssize_t decode_read(pid_t pid, uint64_t address, void *ret, size_t n);

#endif
