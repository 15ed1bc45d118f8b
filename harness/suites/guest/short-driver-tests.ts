/** Whether and where the driver of a NIC redirects; as one file, see all-tests.ts. */
import test from 'ava';
import { testbed } from './support/testbed.js';
import './long-frames.test.js';
import './napi.test.js';

test.after.always('the network namespaces go', testbed.dispose);
