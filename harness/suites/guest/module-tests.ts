/** What concerns a driver that is a module; on a kernel for machines. */
import test from 'ava';
import { testbed } from './support/testbed.js';
import './module.test.js';

test.after.always('the network namespaces go', testbed.dispose);
