; Macros, expressions, conditionals, sections and thousands of symbols for the AVR assembler.
	.section .text
	.global	main
	.set	stack_low, 0x3d
	.set	stack_high, 0x3e

	.macro	save registers:vararg
	.irp	register, \registers
	push	r\register
	.endr
	.endm

	.macro	polynomial name, count
\name:
	.set	term, 0
	.rept	\count
	ldi	r24, lo8(term * term + 3 * term + 7)
	ldi	r25, hi8(term * term + 3 * term + 7)
	add	r22, r24
	adc	r23, r25
	.if	(term & 15) == 15
	brcc	. + 4
	inc	r20
	rjmp	. + 0
	.endif
	.set	term, term + 1
	.endr
	ret
	.endm

main:
	in	r28, stack_low
	in	r29, stack_high
	save	2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	clr	r22
	clr	r23
	rcall	first
	rcall	second
	ret

	polynomial first, 400
	polynomial second, 1500

	.macro	routine number
	.global	routine_\@
routine_\@:
	lds	r24, table + 2 * \number
	sts	table + 2 * \number + 1, r24
	cpi	r24, \number & 255
	breq	.Lend_\@
	com	r24
.Lend_\@:
	ret
	.endm

	.set	index, 0
	.rept	500
	routine	index
	.set	index, index + 1
	.endr

	.section .data
table:
	.set	entry, 0
	.rept	512
	.word	(entry * 40503) & 0xffff
	.set	entry, entry + 1
	.endr
	.asciz	"The end."
