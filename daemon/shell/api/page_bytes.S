/* SPDX-License-Identifier: Apache-2.0 */
/* The page's files as make has compressed them, and the hash that their names carry. The
 * assembler finds them in the folder that make names by -Wa,-I. */
    .section .rodata
#define QUOTE(text) #text
#define PAGE_FILE(name, extension) \
    .global page_bytes_##name##_##extension; \
    .global page_end_##name##_##extension; \
    .balign 16; \
    page_bytes_##name##_##extension: .incbin QUOTE(name.extension.gz); \
    page_end_##name##_##extension: .byte 0;
#include "page_files.h"
    .global page_bytes_hash
page_bytes_hash:
    .incbin "hash"
    .byte 0
    .section .note.GNU-stack, "", %progbits
