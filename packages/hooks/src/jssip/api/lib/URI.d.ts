export { type Headers, type Parameters, URI, type URIScheme, URI as default } from '../values.js';
