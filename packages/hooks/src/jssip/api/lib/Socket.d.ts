import type { Socket, WeightedSocket } from '../sockets.js';

export type { Socket, WeightedSocket };
export function isSocket(socket: unknown): socket is Socket;
declare const sockets: { isSocket: typeof isSocket };
export default sockets;
