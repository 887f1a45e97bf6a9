/* SPDX-License-Identifier: MIT */
/*
 * version.c - which libraries run, which may be newer than the headers that this was compiled with.
 */
#include <ares.h>
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <tutti/net.h>
#include <tutti/version.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static char text[128];

static void write_text(void)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	snprintf(text, sizeof(text), "%s, c-ares %s, OpenSSL %s, libcurl %s",
		TEXT(TUTTI_VERSION_MAJOR.TUTTI_VERSION_MINOR.TUTTI_VERSION_PATCH),
		ares_version(NULL), OpenSSL_version(OPENSSL_VERSION_STRING), curl->version);
}

/* Not tutti_once, which a caller that was cancelled does not get past. */
const char *tutti_net_version(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, write_text);
	return text;
}
