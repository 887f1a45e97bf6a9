/* SPDX-License-Identifier: MIT */
/*
 * pickle_names.c - the classes that are known by their names. Nothing is called; what is known is
 * what their objects look like. Protocol 2 has the names of Python 2, which are translated here as
 * far as they belong to these.
 */
#include "wire/pickle.h"

static const char *const builtins[] = { "ArithmeticError", "AssertionError", "AttributeError",
	"BaseException", "BaseExceptionGroup", "BlockingIOError", "BrokenPipeError", "BufferError",
	"BytesWarning", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
	"ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError",
	"EncodingWarning", "EnvironmentError", "Exception", "ExceptionGroup", "FileExistsError",
	"FileNotFoundError", "FloatingPointError", "FutureWarning", "GeneratorExit", "IOError",
	"ImportError", "ImportWarning", "IndentationError", "IndexError", "InterruptedError",
	"IsADirectoryError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError",
	"ModuleNotFoundError", "NameError", "NotADirectoryError", "NotImplementedError", "OSError",
	"OverflowError", "PendingDeprecationWarning", "PermissionError", "ProcessLookupError",
	"PythonFinalizationError", "RecursionError", "ReferenceError", "ResourceWarning",
	"RuntimeError", "RuntimeWarning", "StopAsyncIteration", "StopIteration", "SyntaxError",
	"SyntaxWarning", "SystemError", "SystemExit", "TabError", "TimeoutError", "TypeError",
	"UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError",
	"UnicodeTranslateError", "UnicodeWarning", "UserWarning", "ValueError", "Warning",
	"ZeroDivisionError", "complex", "range", "slice", NULL };

static const char *const queues[] = { "Empty", "Full", "ShutDown", NULL };
static const char *const managers[] = { "AutoProxy", "RebuildProxy", "RemoteError", "Token", NULL };
static const char *const contexts[] = { "AuthenticationError", "BufferTooShort", "ProcessError",
	"TimeoutError", NULL };
static const char *const threads[] = { "BrokenBarrierError", NULL };
static const char *const decimals[] = { "Decimal", NULL };
static const char *const times[] = { "date", "datetime", "time", "timedelta", "timezone", NULL };

static const struct {
	const char *module;
	const char *const *names;
} known[] = { { "builtins", builtins }, { "queue", queues }, { "_queue", queues },
	{ "multiprocessing.managers", managers }, { "multiprocessing.context", contexts },
	{ "threading", threads }, { "decimal", decimals }, { "datetime", times } };

static const struct {
	const char *module, *name;
	enum tu_pickle_like like;
} likes[] = { { "builtins", "list", TU_LIKE_LIST }, { "builtins", "set", TU_LIKE_SET },
	{ "builtins", "frozenset", TU_LIKE_FROZENSET }, { "builtins", "bytes", TU_LIKE_BYTES },
	{ "builtins", "bytearray", TU_LIKE_BYTEARRAY }, { "_codecs", "encode", TU_LIKE_ENCODED },
	{ "collections", "OrderedDict", TU_LIKE_DICT } };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool is(tutti_bytes text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static tutti_bytes of_today(tutti_bytes module)
{
	if (is(module, "__builtin__") || is(module, "exceptions"))
		return tutti_bytes_text("builtins");
	return is(module, "Queue") ? tutti_bytes_text("queue") : module;
}

enum tu_pickle_like tu_pickle_like(tutti_bytes module, tutti_bytes name)
{
	for (size_t i = 0; i < COUNT(likes); i++)
		if (is(module, likes[i].module) && is(name, likes[i].name))
			return likes[i].like;
	return TU_LIKE_NONE;
}

bool tu_pickle_allowed(int classes, tutti_bytes module, tutti_bytes name)
{
	if (classes == TUTTI_CLASSES_ANY || tu_pickle_like(module, name) != TU_LIKE_NONE)
		return true;
	for (size_t i = 0; i < COUNT(known) && classes == TUTTI_CLASSES_KNOWN; i++) {
		if (!is(module, known[i].module))
			continue;
		for (const char *const *at = known[i].names; *at; at++)
			if (is(name, *at))
				return true;
	}
	return false;
}

bool tu_pickle_names(const struct tu_pickle *p, const struct tu_pickle_node *n, tutti_bytes *module,
	tutti_bytes *name)
{
	const struct tu_pickle_node *first, *second;

	if (n->last == 0) { /* two lines */
		const char *at = (const char *)p->data + n->first + 1;
		const char *end = memchr(at, '\n', n->end - n->first);

		*module = tutti_bytes_of(at, (size_t)(end - at));
		at = end + 1;
		end = memchr(at, '\n', p->size - (size_t)(at - (const char *)p->data));
		*name = tutti_bytes_of(at, (size_t)(end - at));
	} else {
		first = tu_pickle_got(p, n->first);
		second = tu_pickle_got(p, n->last);
		if (first->kind != TU_PICKLE_TEXT || second->kind != TU_PICKLE_TEXT)
			return false;
		*module = tu_pickle_string(p, first);
		*name = tu_pickle_string(p, second);
	}
	if (p->protocol < 3)
		*module = of_today(*module);
	return module->size > 0 && name->size > 0;
}
