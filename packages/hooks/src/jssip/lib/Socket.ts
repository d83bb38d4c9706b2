import { isSocket } from '../socket.js';

export { isSocket };
export default { isSocket };
