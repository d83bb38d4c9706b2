export { URI, URI as default } from '../uri.js';
