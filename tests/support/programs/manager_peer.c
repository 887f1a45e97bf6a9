/* SPDX-License-Identifier: MIT */
/*
 * A manager of ours, for clients of other make: manager_peer ADDRESS KEY [OPTION...].
 *
 *     serve           serve in tasks of the main thread's loop, at a port, until it is shut down or
 *                     SIGINT comes; else in threads of its own
 *     keep_running    no client can shut it down
 *     known_classes   no objects of classes beyond the known ones
 *     no_md5          no Python up to 3.11
 *     grace=S, handshake=S, message=BYTES, queue=BYTES, clients=N, strangers=N
 *
 * It serves all kinds under their own names, get_task_queue, get_result_queue, get_small_queue (of
 * two items), and as shared ones get_event, get_lock, get_table (a dict), get_numbers (a list), and
 * get_counter, an object of its own. It says where it listens; then it does what its standard input
 * says, until that ends, and answers with a line each:
 *
 *     put NAME TEXT   get NAME   try NAME   size NAME   by this side's proxy of a queue
 *     objects         info                              as Python's number_of_objects, debug_info
 *     join            shutdown
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tutti/manager.h>
#include <tutti/manager_objects.h>
#include <tutti/tutti.h>
#include <tutti/value_make.h>

static const char *const queues[] = { "get_task_queue", "get_result_queue", "get_small_queue" };
enum { QUEUES = sizeof(queues) / sizeof(*queues) };

/* -- an object of its own ---------------------------------------------------------------------- */

static _Atomic int64_t count;

static int add(void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int64_t n;
	int rc = tutti_value_unpack(args, "(L)", &n);

	(void)self;
	(void)kwargs;
	if (rc == 0)
		*result = tutti_value_int((count += n));
	return rc;
}

/* What comes of a code there. */
static int fail(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int code, rc = tutti_value_unpack(args, "(i)", &code);

	(void)self;
	(void)kwargs;
	(void)result;
	return rc < 0 ? rc : code;
}

static int raise_zero(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	tutti_value *texts;
	int rc = tutti_value_pack(&texts, "(s)", "division by zero");

	(void)self;
	(void)args;
	(void)kwargs;
	if (rc == 0) {
		rc = tutti_value_object_make(result, "builtins", "ZeroDivisionError", texts);
		tutti_value_unref(texts);
	}
	return rc < 0 ? rc : TUTTI_EREMOTE;
}

/* Both kinds of arguments, as they came; and it takes a moment. */
static int echo(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	(void)self;
	tutti_sleep(TUTTI_MILLISECONDS(1));
	return tutti_value_pack(result, "(OO)", args, kwargs);
}

/* It ends when whoever called has gone, which `add` shows. */
static int wait_for_ever(
	void *self, const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	int rc;

	(void)self;
	(void)args;
	(void)kwargs;
	(void)result;
	count += 1000;
	rc = tutti_sleep(TUTTI_SECONDS(1000));
	count += rc == TUTTI_ECANCELED ? 1000000 : 0;
	return rc;
}

static const tutti_manager_method methods[] = { { "add", add }, { "fail", fail },
	{ "raise_zero", raise_zero }, { "echo", echo }, { "wait_for_ever", wait_for_ever } };

/* -- what is served ---------------------------------------------------------------------------- */

static void need(int rc, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", what, tutti_strerror(rc));
		exit(1);
	}
}

static bool number(const char *word, const char *name, double *n)
{
	size_t size = strlen(name);

	if (strncmp(word, name, size) != 0 || word[size] != '=')
		return false;
	*n = atof(word + size + 1);
	return true;
}

/* Returns whether it is to serve in tasks. */
static bool configure(tutti_manager *m, char **words)
{
	tutti_manager_options o = { 0 };
	bool serve = false;
	double n;

	for (; *words; words++) {
		serve |= strcmp(*words, "serve") == 0;
		o.keep_running |= strcmp(*words, "keep_running") == 0;
		o.known_classes |= strcmp(*words, "known_classes") == 0;
		o.no_md5 |= strcmp(*words, "no_md5") == 0;
		if (number(*words, "grace", &n))
			o.grace = n > 0 ? (tutti_time)(n * 1e9) : -1;
		else if (number(*words, "handshake", &n))
			o.handshake_max = (tutti_time)(n * 1e9);
		else if (number(*words, "message", &n))
			o.message_max = (size_t)n;
		else if (number(*words, "queue", &n))
			o.queue_bytes_max = (size_t)n;
		else if (number(*words, "clients", &n))
			o.clients_max = (unsigned)n;
		else if (number(*words, "strangers", &n))
			o.strangers_max = (unsigned)n;
	}
	need(tutti_manager_configure(m, &o), "configure");
	return serve;
}

static void offer(tutti_manager *m)
{
	need(tutti_manager_serve_queue(m, queues[0], 0), queues[0]);
	need(tutti_manager_serve_queue(m, queues[1], 0), queues[1]);
	need(tutti_manager_serve_queue(m, queues[2], 2), queues[2]);
	need(tutti_manager_serve_kinds(m), "kinds");
	need(tutti_manager_serve_shared(m, "get_event", "Event", NULL), "get_event");
	need(tutti_manager_serve_shared(m, "get_lock", "Lock", NULL), "get_lock");
	need(tutti_manager_serve_shared(m, "get_table", "dict", NULL), "get_table");
	need(tutti_manager_serve_shared(m, "get_numbers", "list", NULL), "get_numbers");
	need(tutti_manager_serve_object(
		     m, "get_counter", methods, sizeof(methods) / sizeof(*methods), NULL),
		"get_counter");
}

/* -- what its standard input says -------------------------------------------------------------- */

static tutti_value_queue *proxies[QUEUES];

static tutti_value_queue *proxy(const char *name)
{
	for (size_t i = 0; i < QUEUES; i++)
		if (name && strcmp(name, queues[i]) == 0)
			return proxies[i];
	need(-EINVAL, "no such queue");
	return NULL;
}

static void answer(int rc, const char *text)
{
	printf("%s%s%s\n", rc < 0 ? tutti_errname(rc) : "OK", text ? " " : "", text ? text : "");
	fflush(stdout);
}

static void put_text(tutti_value_queue *q, const char *text)
{
	tutti_value *v;

	need(tutti_value_pack(&v, "s", text), "pack");
	answer(tutti_value_queue_put(q, v), NULL);
	tutti_value_unref(v);
}

static void get_item(tutti_value_queue *q, tutti_time deadline)
{
	tutti_bytes text;
	tutti_value *v;
	int rc = tutti_value_queue_get_until(q, &v, deadline);

	if (rc < 0) {
		answer(rc, NULL);
		return;
	}
	need(tutti_value_repr(&text, v), "repr");
	answer(0, (const char *)text.data);
	tutti_bytes_free(&text);
	tutti_value_unref(v);
}

static void tell_info(tutti_manager *m)
{
	tutti_bytes text;
	int rc = tutti_manager_debug_info(m, &text);

	answer(rc, NULL);
	if (rc < 0)
		return;
	printf("%s\n.\n", (const char *)text.data);
	fflush(stdout);
	tutti_bytes_free(&text);
}

static void tell(long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n);
	answer(n < 0 ? (int)n : 0, n < 0 ? NULL : text);
}

static void obey(tutti_manager *m, char *line)
{
	char *rest, *what = strtok_r(line, " \n", &rest), *name = strtok_r(NULL, " \n", &rest);

	if (!what)
		return;
	if (strcmp(what, "put") == 0)
		put_text(proxy(name), strtok_r(NULL, "\n", &rest));
	else if (strcmp(what, "get") == 0)
		get_item(proxy(name), TUTTI_FOREVER);
	else if (strcmp(what, "try") == 0)
		get_item(proxy(name), 0);
	else if (strcmp(what, "size") == 0)
		tell(tutti_value_queue_size(proxy(name)));
	else if (strcmp(what, "objects") == 0)
		tell(tutti_manager_number_of_objects(m));
	else if (strcmp(what, "info") == 0)
		tell_info(m);
	else if (strcmp(what, "join") == 0)
		answer(tutti_manager_join(m, TUTTI_FOREVER), NULL);
	else if (strcmp(what, "shutdown") == 0)
		answer(tutti_manager_shutdown(m), NULL);
	else
		need(-EINVAL, what);
}

static void say_address(const tutti_manager *m)
{
	char text[TUTTI_ADDRESS_SIZE];

	tutti_manager_address(m, text, sizeof(text));
	printf("%s\n", text);
	fflush(stdout);
}

static void run_started(tutti_manager *m)
{
	char line[1000];

	need(tutti_manager_start(m), "start");
	for (size_t i = 0; i < QUEUES; i++)
		need(tutti_manager_queue(m, queues[i], &proxies[i]), queues[i]);
	say_address(m);
	while (fgets(line, sizeof(line), stdin))
		obey(m, line);
	for (size_t i = 0; i < QUEUES; i++)
		tutti_value_queue_free(proxies[i]);
}

/* -- in tasks ---------------------------------------------------------------------------------- */

static void *announce(void *m)
{
	while (tutti_manager_port(m) == 0 && tutti_sleep(TUTTI_MILLISECONDS(1)) == 0)
		;
	say_address(m);
	return NULL;
}

static void *serve(void *m)
{
	tutti_task *t = tutti_task_start(announce, m, NULL);

	answer(tutti_manager_serve(m), NULL);
	tutti_future_unref(t); /* it has ended; a join would be cancelled, as this task may be */
	return NULL;
}

int main(int argc, char **argv)
{
	tutti_manager *m;

	if (argc < 3)
		return 2;
	need(tutti_manager_create(&m, argv[1], tutti_bytes_text(argv[2])), argv[1]);
	offer(m);
	if (configure(m, argv + 3))
		tutti_run(serve, m, NULL);
	else
		run_started(m);
	tutti_manager_free(m);
	return 0;
}
