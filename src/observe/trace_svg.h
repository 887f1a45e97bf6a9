/* SPDX-License-Identifier: MIT */
/* trace_svg.h - what is the same in each picture of a trace. */
#ifndef TU_OBSERVE_TRACE_SVG_H
#define TU_OBSERVE_TRACE_SVG_H

/* Classes, one for each kind of thing in it; the head of an arrow; the ground. */
extern const char tu_svg_style[];

/* What each of these looks like, in words. */
extern const char tu_svg_key[];

#endif
