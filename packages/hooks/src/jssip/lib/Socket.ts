import { isSocket } from '../socket.js';

export { isSocket };
export default { isSocket };
export type { Socket, WeightedSocket } from '../socket.js';
