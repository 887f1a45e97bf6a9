/* SPDX-License-Identifier: MIT */
/* The cells of a process pool, by hand: order, and what is taken back. */
#include "proc/cells.h"

#include "support/suite.h"

static struct tu_cells cells;

static void publish(uint32_t i)
{
	CHECK_EQ(tu_cell_fill(tu_cell_at(&cells, i), &i, sizeof(i)), 0);
	tu_cells_publish(&cells, i);
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

int main(void)
{
	suite_begin();
	CHECK_EQ(tu_cells_create(&cells), 0);
	RUN(they_are_taken_in_order);
	RUN(those_that_wait_are_not_forgotten);
	RUN(one_that_is_stopped_is_the_last);
	tu_cells_close(&cells);
	return suite_end();
}
