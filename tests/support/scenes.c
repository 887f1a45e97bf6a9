/* SPDX-License-Identifier: MIT */
/* scenes.c - see scenes.h. */
#include "support/scenes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { TIMES = 2, TEXT = 1 << 16 };

int scene_play(const struct scene *scenes, const char *name)
{
	for (; scenes->name; scenes++)
		if (strcmp(scenes->name, name) == 0) {
			scenes->play();
			return 0;
		}
	return 77;
}

void say(const char *format, ...)
{
	va_list args;

	printf("%g ", (double)(tutti_now() - TUTTI_SECONDS(1)) / 1e9);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* -- a scene in a process of its own ----------------------------------------------------------- */

static void become(const char *name, const char *settings, const int out[2], const int err[2])
{
	char words[300];

	snprintf(words, sizeof(words), "stats,%s", settings);
	setenv("TUTTI_SIM", words, 1);
	unsetenv("TUTTI_TIME_SCALE");
	dup2(out[1], 1);
	dup2(err[1], 2);
	for (int i = 0; i < 2; i++) {
		close(out[i]);
		close(err[i]);
	}
	execl("/proc/self/exe", "scene", name, NULL);
	_exit(127);
}

struct stream {
	int fd;
	size_t used;
	char *text;
};

static struct stream stream_of(const int ends[2])
{
	struct stream s = { ends[0], 0, calloc(1, TEXT) };

	close(ends[1]);
	CHECK(s.text);
	return s;
}

/* false: nobody writes there any more. */
static bool take(struct stream *s)
{
	ssize_t n = read(s->fd, s->text + s->used, TEXT - 1 - s->used);

	if (n < 0 && errno == EINTR)
		return true;
	CHECK(n >= 0);
	s->used += (size_t)n;
	return n > 0;
}

static void read_all(struct stream *out, struct stream *err, void (*watch)(const char *out))
{
	struct pollfd fds[2] = { { .fd = out->fd, .events = POLLIN },
		{ .fd = err->fd, .events = POLLIN } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		CHECK(poll(fds, 2, -1) >= 0 || errno == EINTR);
		if (fds[0].revents && !take(out))
			fds[0].fd = -1;
		if (fds[1].revents && !take(err))
			fds[1].fd = -1;
		if (watch)
			watch(out->text);
	}
}

/* What the simulation says at its end is taken out of what the scene said. */
static void take_figures(struct playing *p)
{
	char *line = strstr(p->err, "tutti: "), *end;

	for (; line; line = strstr(line + 1, "tutti: "))
		if (sscanf(line,
			    "tutti: %lf s of virtual time in %*f s; %*u steps, hash %16[0-9a-f]",
			    &p->seconds, p->hash) == 2)
			break;
	if (!line)
		return;
	end = strchr(line, '\n') + 1;
	memmove(line, end, strlen(end) + 1);
}

struct playing scene_run(const char *name, const char *settings, void (*watch)(const char *out))
{
	struct playing p = { .seconds = -1, .status = -1 };
	struct stream out, err;
	int outs[2], errs[2], status;
	pid_t pid;

	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* what it leaves becomes ours */
	CHECK(pipe(outs) == 0 && pipe(errs) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		become(name, settings, outs, errs);
	out = stream_of(outs);
	err = stream_of(errs);
	read_all(&out, &err, watch);
	close(out.fd);
	close(err.fd);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	p.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	while (waitpid(-1, NULL, 0) > 0) /* one that lives is found by the suite's limit */
		p.left++;
	p.out = out.text;
	p.err = err.text;
	take_figures(&p);
	return p;
}

void playing_free(struct playing *p)
{
	free(p->out);
	free(p->err);
}

void scene_says(const char *name, const char *settings, double seconds, const char *text)
{
	char hash[17] = "";

	for (int i = suite_rounds(TIMES); i > 0; i--) {
		struct playing p = scene_run(name, settings, NULL);

		if (p.status != 0)
			fprintf(stderr, "%s: status %d\n%s%s", name, p.status, p.out, p.err);
		CHECK_STR(p.out, text);
		CHECK_EQ(p.status, 0);
		CHECK(p.seconds > seconds - 1e-9 && p.seconds < seconds + 1e-9);
		CHECK(!*hash || strcmp(hash, p.hash) == 0);
		strcpy(hash, p.hash);
		CHECK_EQ(p.left, 0);
		playing_free(&p);
	}
}
