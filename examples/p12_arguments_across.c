/* SPDX-License-Identifier: MIT */
/* rows: F17 F18 P12 */
/* Arguments of mixed kinds reach another process as they are: a number, a text, a map. */
#include <stdio.h>
#include <tutti/tutti.h>

static int run(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	tutti_bytes text;
	int rc = tutti_value_repr(&text, args);

	(void)kwargs, (void)result;
	if (rc < 0)
		return rc;
	printf("启动子进程\n");
	printf("传递的参数为%s\n", (const char *)text.data);
	printf("结束子进程\n");
	tutti_bytes_free(&text);
	return 0;
}
TUTTI_JOB_VALUES(run);

int main(void)
{
	tutti_value *call;
	tutti_process *t1;
	int rc = tutti_call_pack(&call, "i, s, {s:i}, {}", 1, "2", "c", 3);

	if (rc < 0)
		return fprintf(stderr, "%s\n", tutti_strerror(rc)), 1;
	t1 = tutti_process_start(&run_job, &call, NULL);
	tutti_value_unref(call); /* it was copied */
	rc = tutti_process_join(t1);
	tutti_future_unref(t1);
	return rc < 0;
}
