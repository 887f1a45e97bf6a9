/* SPDX-License-Identifier: MIT */
/* websocket_handshake.c - see websocket_handshake.h. */
#include "net/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

void tu_websocket_accept_of(const char *key, char accept[TU_WEBSOCKET_ACCEPT + 1])
{
	static const char fixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char text[TU_WEBSOCKET_KEY + sizeof(fixed)], digest[SHA_DIGEST_LENGTH];

	memcpy(text, key, TU_WEBSOCKET_KEY);
	memcpy(text + TU_WEBSOCKET_KEY, fixed, sizeof(fixed));
	SHA1(text, sizeof(text) - 1, digest);
	EVP_EncodeBlock((unsigned char *)accept, digest, sizeof(digest));
}
