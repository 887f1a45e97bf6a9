/* SPDX-License-Identifier: MIT */
/* A new stack starts here: rsp points to the function to call, rbp is its argument. */
	.text
	.globl	tu_arch_entry
	.hidden	tu_arch_entry
	.type	tu_arch_entry, @function
tu_arch_entry:
	.cfi_startproc
	.cfi_undefined rip		/* the outermost frame: unwinders end here */
	endbr64
	movq	%rbp, %rdi
	xorl	%ebp, %ebp		/* and frame-pointer walkers end here */
	call	*(%rsp)
	ud2
	.cfi_endproc
	.size	tu_arch_entry, .-tu_arch_entry

/* What a function returns through that is TU_ARCH_RETURNS_ASTRAY; the compiler knows the name. */
	.globl	__x86_return_thunk
	.hidden	__x86_return_thunk
	.type	__x86_return_thunk, @function
__x86_return_thunk:
	.cfi_startproc
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rcx
	notrack jmp	*%rcx
	.cfi_endproc
	.size	__x86_return_thunk, .-__x86_return_thunk
	.section .note.GNU-stack,"",@progbits
