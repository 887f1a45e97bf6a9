/* SPDX-License-Identifier: MIT */
/* Measure one of the tutorials' claims: claims C5 [--quick | --smoke]. What it prints: bench.h. */
#include "claims.h"

static const struct {
	const char *name;
	claim_function *run;
} claims[] = {
#ifdef CLAIMS_NET
	{ "C18", claim_18_by_manager },
	{ "C30", claim_30 },
	{ "C31", claim_31 },
#else
	{ "C1", claim_1 },
	{ "C2", claim_2 },
	{ "C3", claim_3 },
	{ "C4", claim_4 },
	{ "C5", claim_5 },
	{ "C6", claim_6 },
	{ "C7", claim_7 },
	{ "C8", claim_8 },
	{ "C9", claim_9 },
	{ "C10", claim_10 },
	{ "C11", claim_11 },
	{ "C12", claim_12 },
	{ "C13", claim_13 },
	{ "C14", claim_14 },
	{ "C15", claim_15 },
	{ "C16", claim_16 },
	{ "C17", claim_17 },
	{ "C18", claim_18 },
	{ "C19", claim_19 },
	{ "C20", claim_20 },
	{ "C21", claim_21 },
	{ "C22", claim_22 },
	{ "C23", claim_23 },
	{ "C24", claim_24 },
	{ "C25", claim_25 },
	{ "C26", claim_26 },
	{ "C27", claim_27 },
	{ "C28", claim_28 },
	{ "C29", claim_29 },
	{ "C32", claim_32 },
	{ "C33", claim_33 },
	{ "C34", claim_34 },
#endif
};

static claim_function *find(const char *name)
{
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		if (strcmp(claims[i].name, name) == 0)
			return claims[i].run;
	return NULL;
}

int main(int argc, char **argv)
{
	struct scale s = { FULL, tutti_cpu_count() };
	claim_function *run = argc > 1 ? find(argv[1]) : NULL;

	if (argc > 2 && strcmp(argv[2], "--quick") == 0)
		s.size = QUICK;
	else if (argc > 2 && strcmp(argv[2], "--smoke") == 0)
		s.size = SMOKE;
	else if (argc > 2)
		run = NULL;
	if (run == NULL || argc > 3) {
		fprintf(stderr, "usage: claims CLAIM [--quick | --smoke], one of");
		for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
			fprintf(stderr, " %s", claims[i].name);
		fprintf(stderr, "\n");
		return 2;
	}
	bench_report("cpus", s.cpus, "CPUs"); /* which its bounds speak of */
	run(&s);
	return 0;
}
