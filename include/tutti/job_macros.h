/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_JOB_MACROS_H
#define TUTTI_JOB_MACROS_H

#include <tutti/job.h>

/*
 * job_macros.h - how TUTTI_JOB and TUTTI_JOB_TRY come about; included by job.h, which says what
 * they give. Names that end in _ are not for use by hand.
 *
 * Two problems are solved here. The types are looked at when compiling, in C by _Generic and in C++
 * by a template, since neither knows the other's way. And void, which can be neither a member nor
 * an argument, is told apart by its spelling: TUTTI_VOID_##T is a macro only where T is the word
 * void, and puts a 1 in the second place. TUTTI_IF_(0 or 1)(yes, no) then picks.
 *
 * The argument is spelt A const *, since const A * would be another type if A were a pointer.
 *
 * Example:
 *
 *     typedef struct point {
 *             double x, y;
 *     } point;
 *     static int mirror(point const *in, point *out)
 *     {
 *             out->x = in->y;
 *             out->y = in->x;
 *             return 0;
 *     }
 *     TUTTI_JOB_TRY(mirror, point, point);
 */

/* clang-format off */
#ifdef __cplusplus
template <class T> struct tutti_kind_of {
	static_assert(std::is_trivially_copyable<T>::value && !std::is_pointer<T>::value,
		"a job moves plain values");
	enum { value = TUTTI_KIND_PLAIN };
};
template <> struct tutti_kind_of<tutti_bytes> {
	enum { value = TUTTI_KIND_BYTES };
};
template <> struct tutti_kind_of<tutti_value *> {
	enum { value = TUTTI_KIND_VALUE };
};
#define TUTTI_KIND_(T) tutti_kind_of<T>::value
#define TUTTI_PLAIN_(T) static_assert(tutti_kind_of<T>::value != 0, "")
#else
#define TUTTI_KIND_(T) \
	_Generic(*(T *)0, tutti_bytes: TUTTI_KIND_BYTES, tutti_value *: TUTTI_KIND_VALUE, \
		default: TUTTI_KIND_PLAIN)
/* class 5: a pointer */
#define TUTTI_PLAIN_(T) \
	_Static_assert(TUTTI_KIND_(T) == TUTTI_KIND_VALUE || \
			__builtin_classify_type(*(T *)0) != 5, \
		"a job moves plain values; a pointer means nothing elsewhere")
#endif

#define TUTTI_VOID_void         ~, 1
#define TUTTI_PICK2_(a, b, ...) b
#define TUTTI_PICK2(...)        TUTTI_PICK2_(__VA_ARGS__, 0, 0)
#define TUTTI_IF_(is_void)      TUTTI_CAT(TUTTI_IF_, is_void)
#define TUTTI_IF_0(no, yes)     no
#define TUTTI_IF_1(no, yes)     yes
#define TUTTI_COMMA             ,
#define TUTTI_TEXT_(x)          TUTTI_TEXT__(x)
#define TUTTI_TEXT__(x)         #x

#define TUTTI_JOB(name, R, A) \
	TUTTI_JOB_(name, R, A, TUTTI_PICK2(TUTTI_VOID_##R), TUTTI_PICK2(TUTTI_VOID_##A), PLAIN)
#define TUTTI_JOB_TRY(name, R, A) \
	TUTTI_JOB_(name, R, A, TUTTI_PICK2(TUTTI_VOID_##R), TUTTI_PICK2(TUTTI_VOID_##A), TRY)

#define TUTTI_CALL_PLAIN(name, R, A, rv, av) \
	TUTTI_IF_(rv)(*(R *)tutti_result_ =, ) name(TUTTI_IF_(av)(*(A const *)tutti_arg_, )); \
	return 1;
#define TUTTI_CALL_TRY(name, R, A, rv, av) \
	int tutti_code = name(TUTTI_IF_(av)((A const *)tutti_arg_, ) \
		TUTTI_IF_(rv)(TUTTI_IF_(av)(TUTTI_COMMA, ) (R *)tutti_result_, )); \
	return tutti_code < 0 ? tutti_code : 0;

/* the descriptor, known as long as its module is there */
#define TUTTI_JOB_ITSELF_(name, arg_kind, result_kind, arg_size, result_size) \
	TUTTI_UNUSED static tutti_job name##_job = { \
		1, \
		arg_kind, \
		result_kind, \
		arg_size, \
		result_size, \
		#name, \
		__FILE__ ":" TUTTI_TEXT_(__LINE__), \
		(void (*)(void))name, \
		name##_call, \
		NULL, \
		{ 0, 0 } \
	}; \
	__attribute__((constructor)) static void name##_enter(void) \
	{ \
		tutti_job_register(&name##_job); \
	} \
	__attribute__((destructor)) static void name##_leave(void) \
	{ \
		tutti_job_unregister(&name##_job); \
	}

/* once more round, so that rv and av are 0 or 1 before they are pasted */
#define TUTTI_JOB_(name, R, A, rv, av, shape) TUTTI_JOB__(name, R, A, rv, av, shape)
#define TUTTI_JOB__(name, R, A, rv, av, shape) \
	TUTTI_IF_(rv)(TUTTI_PLAIN_(R);, ) TUTTI_IF_(av)(TUTTI_PLAIN_(A);, ) \
	TUTTI_UNUSED static int name##_call(const void *tutti_arg_, void *tutti_result_) \
	{ \
		(void)tutti_arg_; \
		(void)tutti_result_; \
		TUTTI_CALL_##shape(name, R, A, rv, av) \
	} \
	TUTTI_JOB_ITSELF_(name, TUTTI_IF_(av)(TUTTI_KIND_(A), TUTTI_KIND_VOID), \
		TUTTI_IF_(rv)(TUTTI_KIND_(R), TUTTI_KIND_VOID), TUTTI_IF_(av)(sizeof(A), 0), \
		TUTTI_IF_(rv)(sizeof(R), 0)) \
	TUTTI_UNUSED static inline tutti_future *name##_submit( \
		tutti_executor *tutti_e_ TUTTI_IF_(av)(TUTTI_COMMA A tutti_arg_, )) \
	{ \
		return tutti_submit( \
			tutti_e_, &name##_job, TUTTI_IF_(av)(&tutti_arg_, NULL), NULL); \
	} \
	TUTTI_UNUSED static inline int name##_result( \
		tutti_future *tutti_f_ TUTTI_IF_(rv)(TUTTI_COMMA R *tutti_out_, )) \
	{ \
		return tutti_job_result( \
			tutti_f_, &name##_job, TUTTI_IF_(rv)(tutti_out_, NULL)); \
	} \
	TUTTI_UNUSED static inline int name##_map(tutti_executor *tutti_e_, \
		TUTTI_IF_(av)(A const *tutti_args_ TUTTI_COMMA, ) \
		TUTTI_IF_(rv)(R *tutti_results_ TUTTI_COMMA, ) size_t tutti_n_) \
	{ \
		return tutti_map(tutti_e_, &name##_job, TUTTI_IF_(av)(tutti_args_, NULL), \
			TUTTI_IF_(rv)(tutti_results_, NULL), tutti_n_, NULL); \
	} \
	typedef int name##_job_declared
/* clang-format on */

#endif
