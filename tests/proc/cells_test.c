/* SPDX-License-Identifier: MIT */
/* The cells of a process pool, by hand: order, and what is taken back. */
#include "proc/cells.h"

#include "support/suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct tu_cells cells;

static void publish(uint32_t i)
{
	CHECK_EQ(tu_cell_fill(&cells, i, &i, sizeof(i)), 0);
	tu_cells_publish(&cells, &i, 1);
}

static void take(uint32_t i)
{
	CHECK_EQ(tu_cells_take(&cells, 3), (int)i);
	CHECK_EQ(tu_cells_worker_of(&cells, i), 3);
	CHECK(tu_cells_finish(&cells, 3, i));
	CHECK(tu_cells_is_done_by(&cells, i, 3));
	tu_cells_free(&cells, i);
}

static void they_are_taken_in_order(void)
{
	for (uint32_t i = 0; i < TU_CELLS; i++)
		publish(TU_CELLS - 1 - i);
	for (uint32_t i = 0; i < TU_CELLS; i++)
		take(TU_CELLS - 1 - i);
}

/* All workers are busy, and thousands come and are cancelled behind those that wait. */
static void those_that_wait_are_not_forgotten(void)
{
	for (uint32_t i = 10; i < 20; i++)
		publish(i);
	for (int n = 0; n < 5000; n++) {
		publish(30 + (uint32_t)n % 7);
		CHECK(tu_cells_take_back(&cells, 30 + (uint32_t)n % 7));
		CHECK(tu_cells_is_free(&cells, 30 + (uint32_t)n % 7));
	}
	publish(5);
	for (uint32_t i = 10; i < 20; i++)
		take(i);
	take(5);
}

static void one_that_is_stopped_is_the_last(void)
{
	publish(1);
	CHECK_EQ(tu_cells_stop(&cells, 1), -1);
	CHECK_EQ(tu_cells_take(&cells, 2), 1);
	CHECK_EQ(tu_cells_stop(&cells, 1), 2);
	CHECK_EQ(tu_cells_worker_of(&cells, 1), 2);
	CHECK_EQ(tu_cells_stop(&cells, 1), 2);
	CHECK(!tu_cells_finish(&cells, 2, 1));
	CHECK_EQ(tu_cells_stop(&cells, 1), -1);
	CHECK(tu_cells_is_done_by(&cells, 1, 2));
	tu_cells_free(&cells, 1);
}

/* In the cell, in its place, in a file: at both sides of each border. */
static void content_of_any_size_comes_back(void)
{
	const size_t place = sizeof(struct tu_cell_place) - TU_CELL_TEXT;
	const size_t sizes[] = { 0, 1, TU_CELL_SMALL, TU_CELL_SMALL + 1, place, place + 1 };
	unsigned char *bytes = malloc(place + 1);

	for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
		tutti_bytes content;

		memset(bytes, (int)n + 1, sizes[n]);
		CHECK_EQ(tu_cell_fill(&cells, 7, bytes, sizes[n]), 0);
		tu_cell_set_text(&cells, 7, "words"); /* stand in the way of none */
		CHECK_EQ(tu_cell_read(&cells, 7, &content), 0);
		CHECK_EQ(content.size, sizes[n]);
		CHECK(content.data && memcmp(content.data, bytes, sizes[n]) == 0);
		if (tu_cell_at(&cells, 7)->file >= 0)
			close(tu_cell_at(&cells, 7)->file);
		tu_cell_fill(&cells, 7, bytes, 1); /* as who answers does, before it leaves */
		tu_cell_leave(&cells, 7, content);
	}
	free(bytes);
}

static void words_are_as_long_as_there_is_room(void)
{
	char text[TU_CELL_TEXT + 10];

	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	tu_cell_set_text(&cells, 7, text);
	CHECK_EQ(strlen(tu_cell_text(&cells, 7)), TU_CELL_TEXT - 1);
	tu_cell_set_text(&cells, 7, "few");
	CHECK_STR(tu_cell_text(&cells, 7), "few");
	tu_cell_set_text(&cells, 7, "");
	CHECK(!tu_cell_text(&cells, 7));
	tu_cell_set_text(&cells, 7, NULL);
	CHECK(!tu_cell_text(&cells, 7));
}

int main(void)
{
	suite_begin();
	CHECK_EQ(tu_cells_create(&cells), 0);
	RUN(they_are_taken_in_order);
	RUN(those_that_wait_are_not_forgotten);
	RUN(one_that_is_stopped_is_the_last);
	RUN(content_of_any_size_comes_back);
	RUN(words_are_as_long_as_there_is_room);
	tu_cells_close(&cells);
	return suite_end();
}
