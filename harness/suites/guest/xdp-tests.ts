/** The XDP programs in front of chains; more of them in trace-tests.ts. As one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './xdp-firewall.test.js';
import './xdp-dnat.test.js';
import './xdp-dnat-flows.test.js';
import './xdp-dnat-errors.test.js';
import './xdp-untold.test.js';
import './xdp-deliver.test.js';
import './xdp-redirect.test.js';
import './xdp-spread.test.js';
import './xdp-balance.test.js';
import './xdp-sockets.test.js';
import './xdp-verdicts.test.js';
import './xdp-attach.test.js';
import './xdp-life.test.js';
import './xdp-modes.test.js';
