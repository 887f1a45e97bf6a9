/* SPDX-License-Identifier: MIT */
/* boost.fiber: two fibers of one thread yield to each other through the library's scheduler. */
#include "../bench.h"
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long turns = 10000000 / o.divide;
	auto yields = [turns] {
		for (long i = 0; i < turns; i++)
			boost::this_fiber::yield();
	};
	int64_t start = bench_now();
	boost::fibers::fiber one(yields), two(yields);

	one.join();
	two.join();
	bench_report("yield", (double)(bench_now() - start) / (2.0 * (double)turns), "ns");
	return 0;
}
