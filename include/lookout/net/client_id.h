/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a client at a broker that allows one connection a name: the same over
 * restarts, and another one in each installation and for each use of it. */
#ifndef LOOKOUT_CLIENT_ID_H
#define LOOKOUT_CLIENT_ID_H

#define CLIENT_ID_BYTES 26

/* "lookoutd-" and 16 hex digits, made of `use` and of a random text that is kept in the
 * directory. NULL, or a directory that cannot be written: another id each time. */
void client_id_make(const char *directory, const char *use, char ret_id[CLIENT_ID_BYTES]);

#endif
