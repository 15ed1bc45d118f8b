/** What takes a kernel that knows its own types: what looks into it, and XDP programs below a dispatcher. */
import './support/leave-nothing.js';
import './bpftrace.test.js';
import './xdp-dispatcher.test.js';
import './xdp-firewall.test.js';
import './xdp-dnat.test.js';
import './xdp-redirect.test.js';
import './xdp-sockets.test.js';
import './xdp-queues.test.js';
import './xdp-metadata-hw.test.js';
import './xdp-life.test.js';
import './xdp-command.test.js';
