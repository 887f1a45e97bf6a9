/* SPDX-License-Identifier: MIT */
/* boost.coroutine2: one pull coroutine hands out numbers. */
#include "../bench.h"
#include <boost/coroutine2/all.hpp>

using numbers = boost::coroutines2::coroutine<long>;

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long items = 20000000 / o.divide, sum = 0;
	numbers::pull_type source([items](numbers::push_type &sink) {
		for (long i = 0; i < items; i++)
			sink(i);
	});
	int64_t start = bench_now();

	for (; source; source())
		sum += source.get();
	bench_report("generator_next", (double)(bench_now() - start) / (double)items, "ns");
	bench_require(sum == items * (items - 1) / 2, "an item was lost");
	return 0;
}
