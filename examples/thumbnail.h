/* SPDX-License-Identifier: MIT */
/* thumbnail.h - a PNG of any kind, made smaller by libgd. */
#ifndef EXAMPLES_THUMBNAIL_H
#define EXAMPLES_THUMBNAIL_H

#include <errno.h>
#include <gd.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <tutti/tutti.h>
#include <unistd.h>

static inline void say_nothing(int priority, const char *format, va_list args)
{
	(void)priority, (void)format, (void)args;
}

/* gd prints what it finds wrong with a file without its name; whoever reads the file says more. */
static inline int silence_gd(void *arg)
{
	(void)arg;
	gdSetErrorMethod(say_nothing);
	return 0;
}

static inline int read_png(const char *path, gdImage **image)
{
	static tutti_once silence = { 0 };
	FILE *f = fopen(path, "rb");

	if (!f)
		return tutti_fail(-errno, "%s: %s", path, tutti_strerror(-errno));
	tutti_once_run(&silence, silence_gd, NULL);
	*image = gdImageCreateFromPng(f);
	fclose(f);
	return *image ? 0 : tutti_fail(TUTTI_EUSER, "%s: not a PNG, or a damaged one", path);
}

/* n or n + 1: whichever, beside a longer side of bound, is more of the image's shape. */
static inline int shorter_side(int bound, int width, int height)
{
	int longer = width > height ? width : height, shorter = width > height ? height : width;
	int n = (int)((int64_t)bound * shorter / longer);
	double shape = (double)width / height;

	if (n == 0)
		return 1;
	if (width > height)
		return fabs(shape - (double)bound / n) <= fabs(shape - (double)bound / (n + 1))
			       ? n
			       : n + 1;
	return fabs(shape - (double)n / bound) <= fabs(shape - (double)(n + 1) / bound) ? n : n + 1;
}

/* The size within a square of that side; never a larger one than the image has. */
static inline void fit_within(int bound, int *width, int *height)
{
	int w = *width, h = *height;

	if (w <= bound && h <= bound)
		return;
	*width = w >= h ? bound : shorter_side(bound, w, h);
	*height = h >= w ? bound : shorter_side(bound, w, h);
}

static inline bool is_opaque(gdImage *image)
{
	for (int y = 0; y < gdImageSY(image); y++)
		for (int x = 0; x < gdImageSX(image); x++)
			if (gdTrueColorGetAlpha(gdImageGetTrueColorPixel(image, x, y)) != 0)
				return false;
	return true;
}

/* Each of its pixels is the mean of those it stands for. NULL: no memory. */
static inline gdImage *shrink(gdImage *image, int bound)
{
	int width = gdImageSX(image), height = gdImageSY(image);
	gdImage *small;

	fit_within(bound, &width, &height);
	small = gdImageCreateTrueColor(width, height);
	if (!small)
		return NULL;
	gdImageAlphaBlending(small, false); /* what is transparent stays so */
	gdImageSaveAlpha(small, !is_opaque(image));
	gdImageCopyResampled(
		small, image, 0, 0, 0, 0, width, height, gdImageSX(image), gdImageSY(image));
	return small;
}

/* Nothing is left at path if it fails. */
static inline int write_png(const char *path, gdImage *image)
{
	int bytes, rc = 0;
	void *png = gdImagePngPtr(image, &bytes);
	FILE *f = png ? fopen(path, "wb") : NULL;

	if (!png)
		return tutti_fail(-ENOMEM, "%s: %s", path, tutti_strerror(-ENOMEM));
	if (!f)
		rc = -errno;
	else if ((fwrite(png, (size_t)bytes, 1, f) != 1) | (fclose(f) != 0)) {
		rc = -EIO;
		unlink(path);
	}
	gdFree(png);
	return rc < 0 ? tutti_fail(rc, "%s: %s", path, tutti_strerror(rc)) : 0;
}

/* Make outfile of infile, within a square of that side. 0, or < 0 and the calling job failed. */
static inline int save_thumbnail(const char *infile, const char *outfile, int bound)
{
	gdImage *image, *small;
	int rc = read_png(infile, &image);

	if (rc < 0)
		return rc;
	small = shrink(image, bound);
	gdImageDestroy(image);
	if (!small)
		return tutti_fail(-ENOMEM, "%s: %s", infile, tutti_strerror(-ENOMEM));
	rc = write_png(outfile, small);
	gdImageDestroy(small);
	return rc;
}

#endif
