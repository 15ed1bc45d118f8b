/** A NIC goes from a guest to a guest of its own. */
import './passthrough.test.js';
