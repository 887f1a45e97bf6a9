/* SPDX-License-Identifier: MIT */
/* A new stack starts here: sp points to the function to call, s0 is its argument. */
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
	ld	t0, 0(sp)
	jalr	t0
	ebreak
	.cfi_endproc
	.size	tu_arch_entry, .-tu_arch_entry
	.section .note.GNU-stack,"",@progbits
