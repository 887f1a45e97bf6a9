/* SPDX-License-Identifier: MIT */
/* websocket_handshake.h - what both sides' handshakes need (RFC 6455, 4). */
#ifndef TU_NET_WEBSOCKET_HANDSHAKE_H
#define TU_NET_WEBSOCKET_HANDSHAKE_H

enum { TU_WEBSOCKET_KEY = 24, TU_WEBSOCKET_ACCEPT = 28 };

/* The answer to a client's key, by which a server shows that it knows what is asked of it. */
void tu_websocket_accept_of(const char *key, char accept[TU_WEBSOCKET_ACCEPT + 1]);

#endif
