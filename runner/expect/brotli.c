#include <brotli/decode.h>
#include <stdint.h>

#include "runner/base/buf.h"
#include "runner/expect/coding.h"

static const char *decode(BrotliDecoderState *state, struct span in,
			  struct buf *out)
{
	const uint8_t *next = (const uint8_t *)in.data;
	BrotliDecoderResult r;
	size_t left = in.len;
	uint8_t chunk[16384];

	do {
		uint8_t *to = chunk;
		size_t room = sizeof(chunk);

		r = BrotliDecoderDecompressStream(state, &left, &next, &room,
						  &to, NULL);
		if (buf_add(out, chunk, sizeof(chunk) - room) < 0)
			return CODING_TOO_LARGE;
	} while (r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	return r == BROTLI_DECODER_RESULT_SUCCESS && !left
		       ? NULL
		       : "the body is not brotli";
}

const char *coding_undo_brotli(struct span in, struct buf *out)
{
	BrotliDecoderState *state =
		BrotliDecoderCreateInstance(NULL, NULL, NULL);
	const char *why;

	if (!state)
		return "no memory to decode the body";
	why = decode(state, in, out);
	BrotliDecoderDestroyInstance(state);
	return why;
}
