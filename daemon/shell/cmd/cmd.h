/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands: one file each, a row each in main.c. */
#ifndef LOOKOUT_CMD_H
#define LOOKOUT_CMD_H

/* Exit statuses, interface.md section 2. */
enum cmd_exit { CMD_DONE = 0, CMD_FAILED = 1, CMD_USAGE = 2 };
/* What a function of the rooms below returned, once it has told why. */
enum cmd_exit cmd_exit_of(int rc);

/* argv[0] is the command's name; argc counts it. Each returns an enum cmd_exit and prints
 * its own help for --help. */
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_listen(int argc, char **argv);
int cmd_vessels(int argc, char **argv);
int cmd_calls(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_redeliver(int argc, char **argv);
int cmd_test_webhook(int argc, char **argv);
int cmd_ports(int argc, char **argv);
int cmd_zones(int argc, char **argv);

#endif
