/* SPDX-License-Identifier: MIT */
/* A new stack starts here: sp is its top, s0 the argument for tu_arch_main. */
	.text
	.globl	tu_arch_entry
	.hidden	tu_arch_entry
	.type	tu_arch_entry, @function
tu_arch_entry:
	.cfi_startproc
	.cfi_undefined ra		/* the outermost frame: unwinders end here */
	mv	a0, s0
	li	s0, 0			/* and frame-pointer walkers end here */
	li	ra, 0
	call	tu_arch_main
	ebreak
	.cfi_endproc
	.size	tu_arch_entry, .-tu_arch_entry
	.section .note.GNU-stack,"",@progbits
