/** The same for a NIC whose zero-copy mode has packets of several buffers. */
import './nic-tests.js';
import './buffers.test.js';
