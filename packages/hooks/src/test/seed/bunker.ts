export const server = { authproxyHost: '' };
export const STUN_SERVERS = ['stun:stun.example:3478'];
