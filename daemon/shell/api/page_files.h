/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the page, a row each: PAGE_FILE(name, extension). page_bytes.S takes their
 * bytes in, page.c finds them by name; index.html is the page itself. Their sources are
 * in daemon/page, but for Leaflet's and the coast. */
PAGE_FILE(index, html)
PAGE_FILE(main, js)
PAGE_FILE(leaflet, js)
PAGE_FILE(leaflet, css)
PAGE_FILE(coast, bin)
