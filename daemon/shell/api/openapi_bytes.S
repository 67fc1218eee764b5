/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the query API, as it is shipped in config/schema. */
    .section .rodata
    .global openapi_bytes
    .global openapi_end
openapi_bytes:
    .incbin "config/schema/openapi.json"
openapi_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
