/* SPDX-License-Identifier: MIT */
/* What every test file of the core begins with. */
#ifndef CASES_H
#define CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo/echo.h"
#include "test/fake_guest.h"

/* With the setup() and teardown() of its file. */
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
