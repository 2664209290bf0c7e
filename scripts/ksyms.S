/* The table that scripts/ksyms made, as the section that boot/kernel.ld puts last. */
    .section .ksyms, "a"
    .incbin "ksyms.bin"
    .section .note.GNU-stack, "", @progbits
