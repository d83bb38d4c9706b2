export { NameAddrHeader, NameAddrHeader as default } from '../name-addr.js';
