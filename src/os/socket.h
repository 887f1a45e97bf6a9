/* SPDX-License-Identifier: MIT */
/*
 * socket.h - the part of the port's contract (os.h) that is sockets: addresses, and calls that
 * never block. Whatever would is -EAGAIN. A broken connection is never a signal.
 */
#ifndef TU_OS_SOCKET_H
#define TU_OS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TU_OS_ADDRESS_BYTES = 128 };

/* Of either family, or a Unix socket's. */
struct tu_os_address {
	_Alignas(8) unsigned char bytes[TU_OS_ADDRESS_BYTES]; /* the system's form */
	uint32_t size;
};

/* From numbers: "127.0.0.1" or "::1", also with a zone, "fe80::1%eth0". -EINVAL: not that. */
int tu_os_address_ip(struct tu_os_address *a, const char *host, uint16_t port);

/* All addresses of this machine, IPv6's, which take IPv4 as well; without IPv6, IPv4's. */
void tu_os_address_any(struct tu_os_address *a, uint16_t port);

/* Of a Unix socket: a path, or '@' and a name. -EINVAL: empty; -ENAMETOOLONG. */
int tu_os_address_unix(struct tu_os_address *a, const char *path);

bool tu_os_address_is_unix(const struct tu_os_address *a);
bool tu_os_address_is_ip6(const struct tu_os_address *a);
uint16_t tu_os_address_port(const struct tu_os_address *a); /* 0: it has none */
void tu_os_address_set_port(struct tu_os_address *a, uint16_t port);

/* As a text; returns its length without the zero, cut or not. "unix:" is one without a name. */
int tu_os_address_text(const struct tu_os_address *a, char *text, size_t size);

/*
 * Look a host name up, as the system is set up to: in files, by DNS. May take many seconds. Returns
 * how many addresses there are, at most n; -ENOENT: no such host; -EAGAIN: not just now; -ENOMEM.
 */
int tu_os_resolve(const char *host, uint16_t port, struct tu_os_address *a, int n);

/*
 * A new one for such addresses that does not block and is not inherited. stream: of bytes in order,
 * else of single packets. -EMFILE, -ENFILE, -ENOMEM, -EAFNOSUPPORT: the machine has no such thing.
 */
int tu_os_socket(const struct tu_os_address *a, bool stream);

/* No Nagle, for TCP; for others nothing. */
void tu_os_socket_send_at_once(int fd);

enum { TU_OS_SHARE = 1, TU_OS_ONE_FAMILY = 2, TU_OS_REUSE = 4 };

/* SO_REUSEPORT, IPV6_V6ONLY, SO_REUSEADDR, each for sockets that have it; then bind. */
int tu_os_socket_bind(int fd, const struct tu_os_address *a, unsigned flags);
int tu_os_socket_listen(int fd, int backlog); /* 0: the system's largest */

/* 0: connected; -EINPROGRESS: once it is writable ask tu_os_socket_error; -EAGAIN: a full queue. */
int tu_os_socket_connect(int fd, const struct tu_os_address *a);
int tu_os_socket_error(
	int fd); /* 0, or the negative errno value that it keeps; forgotten by that */

/* A new socket that does not block and is not inherited; from may be NULL. */
int tu_os_socket_accept(int fd, struct tu_os_address *from);

int tu_os_socket_name(int fd, struct tu_os_address *a);
int tu_os_socket_peer(int fd, struct tu_os_address *a); /* -ENOTCONN, -ENOTSOCK */
int tu_os_socket_shutdown(int fd);                      /* nothing more will be written */
void tu_os_socket_end(int fd); /* one that listens does not any more; its number stays taken */

/* How many bytes, 0: the end. */
ptrdiff_t tu_os_socket_read(int fd, void *data, size_t size);
ptrdiff_t tu_os_socket_write(int fd, const void *data, size_t size);

/* The same of what is not a socket. */
ptrdiff_t tu_os_fd_read(int fd, void *data, size_t size);
ptrdiff_t tu_os_fd_write(int fd, const void *data, size_t size);

/* From a file into a socket, from offset on; how many. -EINVAL: such a file cannot be sent so. */
ptrdiff_t tu_os_socket_send_file(int fd, int file, int64_t offset, size_t size);

/* From a file, at a place; how many, 0: its end. */
ptrdiff_t tu_os_file_read_at(int file, void *data, size_t size, int64_t offset);

/* A packet, whole; cut: it was longer. to NULL: where it is connected. */
ptrdiff_t tu_os_packet_read(int fd, void *data, size_t size, struct tu_os_address *from, bool *cut);
ptrdiff_t tu_os_packet_write(int fd, const void *data, size_t size, const struct tu_os_address *to);

/* Let it not block from now on: 1: it is a socket, 0: it is not; -EBADF. */
int tu_os_fd_nonblocking(int fd);

/*
 * Have the folder of a Unix socket's file to oneself while one clears, binds and listens. What
 * tu_os_address_unlock takes; -EAGAIN: somebody else has it just now; or why it cannot be locked,
 * which unlock takes too: -ENOENT if there is no such file or folder, -EACCES and the like.
 */
int tu_os_address_lock(const struct tu_os_address *a);
void tu_os_address_unlock(int lock);

/* Remove the file of a Unix socket that nobody listens at any more. For other addresses nothing. */
void tu_os_address_clear(const struct tu_os_address *a);

/* Which file a Unix socket has made; of other addresses none. No other is it while that is open. */
struct tu_os_file_id {
	uint64_t device, number; /* 0: none */
	int maker;               /* process */
};
void tu_os_address_file(const struct tu_os_address *a, struct tu_os_file_id *file);

/* Remove that file, if this process has made it and no other stands there by now. */
void tu_os_address_remove(const struct tu_os_address *a, const struct tu_os_file_id *file);

void tu_os_socket_close(int fd);

#endif
