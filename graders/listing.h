/*
 * listing -- the rows of a collection, walked page by page.
 *
 * A walk always ends: at an answer without rows, at a short page, at a page
 * that shows the rows of the page before, or after LISTING_PAGES_MAX pages.
 */
#ifndef GRADERS_LISTING_H
#define GRADERS_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asking;
struct body;
struct exchange;
struct json;
struct resource;

#define LISTING_PAGES_MAX 120
#define LISTING_ROWS_MAX  4000

struct listing_page {
	const struct exchange *x;
	const struct json *rows; /* array, or NULL: no list in the answer */
	bool has_total;
	int64_t total;
};

struct listing {
	struct listing_page pages[LISTING_PAGES_MAX];
	size_t n_pages;
	const struct json *rows[LISTING_ROWS_MAX];
	const char *ids[LISTING_ROWS_MAX]; /* beside rows */
	size_t n_rows;
	const char *trouble; /* why it ended early; NULL: it came to its end */
	bool repeats;        /* ...because the page number has no effect */
};

/* What one answer of a list holds. */
struct listing_page listing_page(const struct asking *a,
				 const struct resource *r,
				 const struct exchange *x);

/* The target of a page: `query` may be NULL, size 0 leaves it out. */
const char *listing_target(struct asking *a, const struct resource *r,
			   int64_t page, int64_t size, const char *query);

/*
 * Where an answer says the next page is: by the list's `next`, or by Link
 * rel="next" where it names none.  NULL: it says nothing.
 */
const char *listing_next(struct asking *a, const struct resource *r,
			 const struct exchange *x, int64_t size,
			 const char *query);

/* Walk all pages of `size` rows (0: as large as the app allows). */
const struct listing *listing_walk(struct asking *a, const struct resource *r,
				   int64_t size, const char *query);

/* Append the rows of a page; false when a ceiling is reached. */
bool listing_add(struct asking *a, const struct resource *r,
		 struct listing *list, struct listing_page page);

/* Index of the row with this id, or n_rows. */
size_t listing_find(const struct listing *list, const char *id);

/* The row with this id as the pages show it, or NULL; *ret_x is the first. */
const struct json *listing_row(struct asking *a, const struct resource *r,
			       const char *id, const struct exchange **ret_x);

#endif
