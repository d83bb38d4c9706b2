import { parseMessage } from '../incoming.js';

export { parseMessage };
export default { parseMessage };
