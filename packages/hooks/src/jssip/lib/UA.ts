export { UA, UA as default } from '../ua.js';
