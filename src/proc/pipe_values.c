/* SPDX-License-Identifier: MIT */
/* pipe_values.c - a value is a message of its bytes, in tutti's own form. */
#include "proc/parcel.h"
#include "proc/pipe_inside.h"

#include <errno.h>
#include <tutti/pipe_values.h>
#include <tutti/value_codec.h>

/* -- writing ---------------------------------------------------------------------------------- */

int tutti_pipe_write_value_until(tutti_pipe *p, const tutti_value *v, tutti_time deadline)
{
	tutti_bytes b;
	int rc = tutti_value_encode(&b, v);

	if (rc < 0)
		return rc;
	rc = tutti_pipe_write_until(p, b.data, b.size, deadline);
	tutti_bytes_free(&b);
	return rc;
}

int tutti_pipe_write_value(tutti_pipe *p, const tutti_value *v)
{
	return tutti_pipe_write_value_until(p, v, TUTTI_FOREVER);
}

/* -- reading ---------------------------------------------------------------------------------- */

/* If there is no memory for it the message is the next one still. */
int tu_pipe_take_value(tutti_pipe *p, void *out)
{
	tutti_bytes message;
	int rc = tu_pipe_take_message(p, &message);

	if (rc < 0)
		return rc;
	rc = tu_parcel_open_value(out, message.data, message.size);
	if (rc == -ENOMEM)
		p->whole = message;
	else
		tutti_bytes_free(&message);
	return rc;
}

int tutti_pipe_read_value_until(tutti_pipe *p, tutti_value **v, tutti_time deadline)
{
	return tu_pipe_read_until(p, tu_pipe_take_value, v, deadline);
}

int tutti_pipe_read_value(tutti_pipe *p, tutti_value **v)
{
	return tutti_pipe_read_value_until(p, v, TUTTI_FOREVER);
}
