/** Where a suite says what the tests of the data path run on, as JSON; a veth pair if it says nothing. */
export const testbedVariable = 'FLASH_TESTBED';
