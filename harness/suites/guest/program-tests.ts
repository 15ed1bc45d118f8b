/** What users call and build upon: tools, libraries, network functions. As one file, see all-tests.ts. */
import './support/leave-nothing.js';
import './explain.test.js';
import './flash-tool.test.js';
import './flash-xdp.test.js';
import './flash-commands.test.js';
import './chain.test.js';
import './library.test.js';
import './library-typescript.test.js';
import './l2fwd.test.js';
import './capture.test.js';
import './examples.test.js';
