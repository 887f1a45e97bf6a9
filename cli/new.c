/* SPDX-License-Identifier: MIT */
/* new.c - `tutti new`: a file with a job to begin with, that says itself how it is compiled. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "option.h"

enum { NAME_MOST = 60 };

static int help(void)
{
	puts("usage: tutti new NAME\n"
	     "\n"
	     "Writes NAME.c, a file with a job called NAME that takes a text and gives a text,\n"
	     "and says how to compile and run it. A file of that name that is there stays.");
	return STATUS_FINE;
}

/* What C keeps for itself, or what the file below uses. */
static bool is_taken(const char *name)
{
	static const char *const words[] = { "auto", "break", "case", "char", "const", "continue",
		"default", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if",
		"inline", "int", "long", "register", "restrict", "return", "short", "signed",
		"sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
		"volatile", "while", "asm", "typeof", "bool", "true", "false", "in", "out", "main",
		"errno" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return strncmp(name, "tutti_", 6) == 0;
}

static bool is_name(const char *name)
{
	static const char known[] = "0123456789_abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t n = strlen(name);

	return n > 0 && n <= NAME_MOST && strspn(name, known) == n && strchr(known + 10, name[0]) &&
	       !is_taken(name);
}

static void write_job(FILE *file, const char *name)
{
	fprintf(file,
		"/*\n"
		" * %s.c - a job for tutti map.\n"
		" *\n"
		" * compile: cc -O2 -shared -fPIC -o %s.so %s.c $(pkg-config --cflags tutti)\n"
		" * run:     tutti map ./%s.so:%s INPUT...\n"
		" */\n"
		"#include <errno.h>\n"
		"#include <tutti/tutti.h>\n"
		"\n"
		"/*\n"
		" * Fill *out from *in, or say why not. Many of these run at once. What takes\n"
		" * long looks at tutti_cancelled() from time to time, so that Ctrl-C and\n"
		" * --timeout are heard; waits such as tutti_sleep do so by themselves.\n"
		" */\n"
		"static int %s(tutti_bytes const *in, tutti_bytes *out)\n"
		"{\n"
		"\tif (in->size == 0)\n"
		"\t\treturn tutti_fail(-EINVAL, \"there is nothing in it\");\n"
		"\treturn tutti_bytes_printf(out, \"%%zu bytes\", in->size);\n"
		"}\n"
		"TUTTI_JOB_TRY(%s, tutti_bytes, tutti_bytes);\n",
		name, name, name, name, name, name, name);
}

/* 0, or -errno and no file. */
static int write_file(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int rc;

	if (!file) {
		rc = -errno;
		if (fd >= 0) {
			close(fd);
			unlink(path);
		}
		return rc;
	}
	write_job(file, name);
	rc = fflush(file) != 0 ? -errno : 0;
	if (fclose(file) != 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		unlink(path);
	return rc;
}

int new_main(int argc, char **argv)
{
	char path[NAME_MOST + 3];
	int rc;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return help();
	if (argc != 2) {
		say(argc < 2 ? "new: which name?" : "new: one name, and nothing else");
		return option_misused("new");
	}
	if (!is_name(argv[1])) {
		say("new: '%s' is not a name that a function can have", argv[1]);
		return option_misused("new");
	}
	snprintf(path, sizeof path, "%s.c", argv[1]);
	rc = write_file(path, argv[1]);
	if (rc < 0) {
		say("new: %s: %s", path, tutti_strerror(rc));
		return STATUS_FAILED;
	}
	printf("%s is written. Next:\n"
	       "  cc -O2 -shared -fPIC -o %s.so %s $(pkg-config --cflags tutti)\n"
	       "  tutti jobs ./%s.so\n"
	       "  tutti map ./%s.so:%s one two three\n",
		path, argv[1], path, argv[1], argv[1], argv[1]);
	return STATUS_FINE;
}
