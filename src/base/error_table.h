/* SPDX-License-Identifier: MIT */
/*
 * error_table.h - tutti's own error codes and what they say, the one place that lists them.
 *
 * Define X(code, text) and include this; it may be included again. The values are the enumerators
 * of <tutti/error.h>; tools/gen-error-doc reads both files, one entry per line, for docs/errors.md.
 */
X(TUTTI_ETIMEDOUT, "the deadline passed")
X(TUTTI_ECANCELED, "cancelled")
X(TUTTI_EEMPTY, "nothing there to take")
X(TUTTI_EFULL, "no room to put anything")
X(TUTTI_ESHUTDOWN, "shut down")
X(TUTTI_EBROKEN, "the barrier is broken, or the lock's holder died")
X(TUTTI_EUNLOCKED, "not held by the caller")
X(TUTTI_EPENDING, "not done yet")
X(TUTTI_EDONE, "already done, or at the end")
X(TUTTI_ETYPE, "wrong job, kind or size for this call")
X(TUTTI_EJOBCANCELED, "the job was cancelled")
X(TUTTI_EJOBTIMEDOUT, "the job ran out of time")
X(TUTTI_ECRASHED, "the worker died while it ran the job")
X(TUTTI_ENOJOB, "no job, or more than one, has that name there")
X(TUTTI_ENOENGINE, "nothing linked here serves that engine")
X(TUTTI_EEXIT, "a program ended with an exit code that is not 0")
X(TUTTI_EAUTH, "the other side refused the key or password")
X(TUTTI_EPROTO, "the other side did not keep to the protocol")
X(TUTTI_EREMOTE, "the other side failed")
X(TUTTI_EUNTRUSTED, "the certificate is signed by nobody who is trusted")
X(TUTTI_EEXPIRED, "the certificate is not valid any more, or not yet")
X(TUTTI_EWRONGNAME, "the certificate is for other names")
X(TUTTI_ESTATUS, "the server answered with a status of an error")
#undef X
