export { NameAddrHeader, NameAddrHeader as default } from '../values.js';
