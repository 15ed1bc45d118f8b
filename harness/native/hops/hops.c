// SPDX-License-Identifier: MIT
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "launch.h"

int main(int argc, char **argv)
{
	static struct command command;

	/* Nobody is left to stop it then. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (command__parse(&command, argc, argv)) {
		command__usage();
		return 2;
	}
	if (command.list) {
		for (size_t i = 0; transports[i]; i++)
			printf("%s\t%s\n", transports[i]->name, transports[i]->help);
		return 0;
	}
	return launch(&command) ? EXIT_FAILURE : EXIT_SUCCESS;
}
