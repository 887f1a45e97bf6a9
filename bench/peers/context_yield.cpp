/* SPDX-License-Identifier: MIT */
/*
 * boost.context: the bare switch between main and one context, no scheduler. Each turn is two
 * switches.
 */
#include "../bench.h"
#include <boost/context/detail/fcontext.hpp>
#include <vector>

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

static void echo(transfer_t from)
{
	for (;;)
		from = jump_fcontext(from.fctx, from.data);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long turns = 30000000 / o.divide;
	std::vector<char> stack(64 * 1024);
	transfer_t there = { make_fcontext(stack.data() + stack.size(), stack.size(), echo),
		nullptr };
	int64_t start = bench_now();

	for (long i = 0; i < turns; i++)
		there = jump_fcontext(there.fctx, nullptr);
	bench_report("yield", (double)(bench_now() - start) / (2.0 * (double)turns), "ns");
	return 0;
}
